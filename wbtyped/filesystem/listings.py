"""The folders above runs and versions: entities, projects, types, collections."""

from ..api import Api
from .file_details import FileInfo, folder_info

ITEMS_PER_PAGE = 1000


async def list_parent(api: Api, parts: tuple[str, ...]) -> list[FileInfo]:
    """Return the details of what is in a folder; raises NotFoundError, FileNotFoundError."""
    path = "/".join(parts)
    match parts:
        case ():
            return [folder_info(name) for name in await own_entities(api)]
        case (entity,):
            projects = await api.aprojects(entity)
            return [
                folder_info(f"{path}/{each.name}", each.attrs.created_at) async for each in projects
            ]
        case (_, _):
            await check_parent(api, parts)
            return [folder_info(f"{path}/{name}") for name in ("artifacts", "runs")]
        case (entity, project, "runs"):
            runs = await api.aruns(f"{entity}/{project}", per_page=ITEMS_PER_PAGE)
            return [folder_info(f"{path}/{each.id}", each.attrs.created_at) async for each in runs]
        case (entity, project, "artifacts"):
            types = await api.aartifact_types(f"{entity}/{project}")
            return [folder_info(f"{path}/{each.name}") async for each in types]
        case (entity, project, "artifacts", kind):
            found = await api.aartifact_type(kind, f"{entity}/{project}")
            collections = found.collections(per_page=ITEMS_PER_PAGE)
            return [
                folder_info(f"{path}/{each.name}", each.attrs.created_at)
                async for each in collections
            ]
        case (entity, project, "artifacts", kind, collection):
            await check_parent(api, parts)
            versions = await api.aartifacts(kind, f"{entity}/{project}/{collection}")
            return [
                folder_info(f"{path}/{each.version}", each.attrs.created_at)
                async for each in versions
            ]
        case _:
            raise FileNotFoundError(f"wandb://{path} is no folder")


async def check_parent(api: Api, parts: tuple[str, ...]) -> None:
    """Raise NotFoundError, or FileNotFoundError, for a folder that does not exist.

    An entity is taken for granted: the server does not tell unknown ones from empty ones.
    """
    match parts:
        case () | (_,):
            return
        case (entity, project) | (entity, project, "runs" | "artifacts"):
            await api.aproject(project, entity)
        case (entity, project, "artifacts", kind):
            await api.aartifact_type(kind, f"{entity}/{project}")
        case (entity, project, "artifacts", kind, collection):
            await api.aartifact_collection(kind, f"{entity}/{project}/{collection}")
        case _:
            raise FileNotFoundError(f"wandb://{'/'.join(parts)} is no folder")


async def own_entities(api: Api) -> list[str]:
    """Return the names of the account's entities: its own, and its teams."""
    viewer = await api.aviewer()
    names = [viewer.entity, viewer.username, *viewer.teams]
    return list(dict.fromkeys(name for name in names if name))
