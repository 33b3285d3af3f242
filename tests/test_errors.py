"""Errors survive pickling, and are what the documented built-ins promise."""

import builtins
import pickle

import pytest

from wbtyped import errors

ALL = [
    errors.AuthenticationError("m"),
    errors.NotFoundError("m", path="e/p/r", missing="run"),
    errors.EntryNotFoundError("m", path="a.txt", missing="file"),
    errors.UsageError("m"),
    errors.UnsafePathError("m"),
    errors.QueryError("m"),
    errors.GraphQLError("m", operation="Op", messages=["a"], path=["x", 1], status=400),
    errors.UnsupportedServerError("m", operation="Op", feature="F"),
    errors.TransportError("m", status=503, retry_after=2.5),
    errors.RateLimitError("m", status=429, retry_after=1.0),
    errors.OfflineError("m"),
    errors.SchemaMismatchError("m", operation="Op", path=["data", 0]),
    errors.SchemaSourceError("m", reason="no permission"),
    errors.ChecksumError("m", expected="a", actual="b"),
    errors.HostNotAllowedError("m", host="127.0.0.1"),
    errors.UnsupportedReferenceError("m", uris=["s3://a/b"]),
    errors.HostNotAllowedError("m", host="h"),
    errors.PartialSaveError("m", applied=["name"], pending=["tags"]),
    errors.WaitTimeoutError("m"),
    errors.FileExistsError("m"),
    errors.DiskError("m"),
]


@pytest.mark.parametrize("error", ALL, ids=lambda e: type(e).__name__)
def test_errors_survive_pickling(error: errors.WbtypedError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error) == "m"
    assert vars(copy) == vars(error)


def test_all_lists_every_error_of_the_package() -> None:
    def below(kind: type[errors.WbtypedError]) -> set[type[errors.WbtypedError]]:
        return {kind}.union(*map(below, kind.__subclasses__()))

    public = {kind for kind in below(errors.WbtypedError) if kind.__module__ == errors.__name__}
    assert public - {errors.WbtypedError} == {type(error) for error in ALL}


@pytest.mark.parametrize(
    ("error", "documented"),
    [
        (errors.UsageError, ValueError),
        (errors.WaitTimeoutError, TimeoutError),
        (errors.UnsafePathError, ValueError),
        (errors.NotFoundError, LookupError),
        (errors.NotFoundError, ValueError),
        (errors.EntryNotFoundError, KeyError),
        (errors.FileExistsError, ValueError),
        (errors.FileExistsError, builtins.FileExistsError),
        (errors.DiskError, OSError),
        (errors.RateLimitError, errors.TransportError),
    ],
)
def test_errors_are_also_the_built_in_kinds(error: type, documented: type) -> None:
    assert issubclass(error, documented)


@pytest.mark.parametrize("error", ALL, ids=lambda e: type(e).__name__)
def test_errors_have_the_attributes_that_scripts_read(error: errors.WbtypedError) -> None:
    cause = OSError("why")
    try:
        raise error from cause
    except errors.CommError as caught:
        assert (caught.message, caught.exc) == (str(error), cause)
    error.__cause__ = None


@pytest.mark.parametrize("error", ALL, ids=lambda e: type(e).__name__)
def test_errors_are_in_the_tree_of_the_docstring(error: errors.WbtypedError) -> None:
    assert type(error).__name__ in (errors.__doc__ or "")
