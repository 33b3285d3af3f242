# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

__all__ = [
    "ADD_ARTIFACT_ALIASES_GQL",
    "ADD_ARTIFACT_COLLECTION_TAGS_GQL",
    "ARTIFACTS_GQL",
    "ARTIFACT_BY_ID_GQL",
    "ARTIFACT_BY_NAME_GQL",
    "ARTIFACT_BY_PATH_GQL",
    "ARTIFACT_COLLECTIONS_GQL",
    "ARTIFACT_COLLECTION_ALIASES_GQL",
    "ARTIFACT_CREATED_BY_GQL",
    "ARTIFACT_FILES_BY_ID_GQL",
    "ARTIFACT_FILE_ADDRESSES_GQL",
    "ARTIFACT_FILE_ENTRIES_GQL",
    "ARTIFACT_LINEAGE_GQL",
    "ARTIFACT_MANIFEST_GQL",
    "ARTIFACT_PLACES_GQL",
    "ARTIFACT_TYPES_GQL",
    "ARTIFACT_USED_BY_GQL",
    "COLLECTION_OR_TYPE_GQL",
    "COMMIT_ARTIFACT_GQL",
    "COMPLETE_MULTIPART_UPLOAD_ARTIFACT_GQL",
    "CREATE_ARTIFACT_FILES_GQL",
    "CREATE_ARTIFACT_GQL",
    "CREATE_ARTIFACT_MANIFEST_GQL",
    "CREATE_PUBLISHING_RUN_GQL",
    "CREATE_REGISTRY_GQL",
    "CREATE_RUN_FILES_GQL",
    "CREATE_RUN_GQL",
    "DELETE_ARTIFACT_ALIASES_GQL",
    "DELETE_ARTIFACT_COLLECTION_TAGS_GQL",
    "DELETE_ARTIFACT_GQL",
    "DELETE_ARTIFACT_PORTFOLIO_GQL",
    "DELETE_ARTIFACT_SEQUENCE_GQL",
    "DELETE_RUN_FILES_GQL",
    "DELETE_RUN_GQL",
    "DIGEST_ALGORITHMS_GQL",
    "ENTITY_ORGANIZATIONS_GQL",
    "GET_ARTIFACT_COLLECTION_GQL",
    "GET_ARTIFACT_TYPE_GQL",
    "GET_PROJECT_GQL",
    "GET_REGISTRY_GQL",
    "GET_RUN_DATA_GQL",
    "GET_RUN_GQL",
    "GET_RUN_STATE_GQL",
    "GET_SERVER_INFO_GQL",
    "GET_VIEWER_GQL",
    "LATEST_VERSION_GQL",
    "LINK_ARTIFACT_GQL",
    "LOG_ARTIFACT_GQL",
    "MARK_RUN_FILES_UPLOADED_GQL",
    "MIRRORED_RUNS_GQL",
    "MIRRORED_RUN_VERSIONS_GQL",
    "MIRRORED_USERS_GQL",
    "MIRRORED_VERSIONS_GQL",
    "MORE_RUN_FILE_SIZES_GQL",
    "MOVE_ARTIFACT_SEQUENCE_GQL",
    "PROJECTS_GQL",
    "PROJECT_ARTIFACT_COLLECTIONS_GQL",
    "PROJECT_NAMES_GQL",
    "REGISTRIES_GQL",
    "REGISTRY_COLLECTIONS_GQL",
    "REGISTRY_FEATURES_GQL",
    "REGISTRY_TYPES_GQL",
    "REGISTRY_VERSIONS_GQL",
    "RESTORE_RUN_GQL",
    "RUNS_GQL",
    "RUNS_WITH_DATA_GQL",
    "RUN_ARTIFACTS_GQL",
    "RUN_EVENTS_GQL",
    "RUN_FILES_GQL",
    "RUN_FILE_ADDRESSES_GQL",
    "RUN_FILE_SIZES_GQL",
    "RUN_HISTORY_EXTENT_GQL",
    "RUN_HISTORY_GQL",
    "RUN_LINEAGE_GQL",
    "SAMPLED_RUN_HISTORY_GQL",
    "SERVER_FEATURES_GQL",
    "STOP_RUN_GQL",
    "STORED_VERSIONS_GQL",
    "STORED_VERSION_BY_ID_GQL",
    "UNLINK_ARTIFACT_GQL",
    "UPDATE_ARTIFACT_GQL",
    "UPDATE_ARTIFACT_MANIFEST_GQL",
    "UPDATE_ARTIFACT_PORTFOLIO_GQL",
    "UPDATE_ARTIFACT_SEQUENCE_GQL",
    "UPSERT_PROJECT_GQL",
    "USE_ARTIFACT_GQL",
]

ARTIFACT_COLLECTIONS_GQL = """
query ArtifactCollections($entity: String!, $project: String!, $typeName: String!, $cursor: String, $perPage: Int, $filters: JSONString, $order: String) {
  project(name: $project, entityName: $entity) {
    artifactType(name: $typeName) {
      artifactCollections(
        after: $cursor
        first: $perPage
        filters: $filters
        order: $order
      ) {
        totalCount
        edges {
          cursor
          node {
            __typename
            ...ArtifactCollection
          }
        }
        pageInfo {
          ...PageInfo
        }
      }
    }
  }
}

fragment ArtifactCollection on ArtifactCollection {
  __typename
  id
  name
  description
  createdAt
  updatedAt
  project {
    ...ProjectPlace
  }
  defaultArtifactType {
    name
  }
  tags {
    edges {
      node {
        ...Tag
      }
    }
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}
"""

PROJECT_ARTIFACT_COLLECTIONS_GQL = """
query ProjectArtifactCollections($entity: String!, $project: String!, $cursor: String, $perPage: Int, $filters: JSONString, $order: String) {
  project(name: $project, entityName: $entity) {
    artifactCollections(
      after: $cursor
      first: $perPage
      filters: $filters
      order: $order
    ) {
      totalCount
      edges {
        cursor
        node {
          __typename
          ...ArtifactCollection
        }
      }
      pageInfo {
        ...PageInfo
      }
    }
  }
}

fragment ArtifactCollection on ArtifactCollection {
  __typename
  id
  name
  description
  createdAt
  updatedAt
  project {
    ...ProjectPlace
  }
  defaultArtifactType {
    name
  }
  tags {
    edges {
      node {
        ...Tag
      }
    }
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}
"""

GET_ARTIFACT_COLLECTION_GQL = """
query GetArtifactCollection($entity: String!, $project: String!, $typeName: String!, $name: String!) {
  project(name: $project, entityName: $entity) {
    artifactType(name: $typeName) {
      artifactCollection(name: $name) {
        __typename
        ...ArtifactCollection
      }
    }
  }
}

fragment ArtifactCollection on ArtifactCollection {
  __typename
  id
  name
  description
  createdAt
  updatedAt
  project {
    ...ProjectPlace
  }
  defaultArtifactType {
    name
  }
  tags {
    edges {
      node {
        ...Tag
      }
    }
  }
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}
"""

ARTIFACT_COLLECTION_ALIASES_GQL = """
query ArtifactCollectionAliases($id: ID!, $cursor: String, $perPage: Int) {
  artifactCollection(id: $id) {
    __typename
    aliases(after: $cursor, first: $perPage) {
      edges {
        cursor
        node {
          alias
        }
      }
      pageInfo {
        ...PageInfo
      }
    }
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}
"""

PROJECT_NAMES_GQL = """
query ProjectNames($entity: String!, $project: String!, $cursor: String, $perPage: Int) {
  project(name: $project, entityName: $entity) {
    artifactCollections(after: $cursor, first: $perPage) {
      edges {
        node {
          __typename
          ...CollectionNames
        }
      }
      pageInfo {
        ...PageInfo
      }
    }
  }
}

fragment CollectionNames on ArtifactCollection {
  __typename
  name
  defaultArtifactType {
    name
  }
  aliases(first: 100) {
    edges {
      node {
        alias
      }
    }
    pageInfo {
      ...PageInfo
    }
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}
"""

UPDATE_ARTIFACT_SEQUENCE_GQL = """
mutation UpdateArtifactSequence($id: ID!, $name: String, $description: String) {
  updateArtifactSequence(
    input: {artifactSequenceID: $id, name: $name, description: $description}
  ) {
    artifactCollection {
      __typename
      ...ArtifactCollection
    }
  }
}

fragment ArtifactCollection on ArtifactCollection {
  __typename
  id
  name
  description
  createdAt
  updatedAt
  project {
    ...ProjectPlace
  }
  defaultArtifactType {
    name
  }
  tags {
    edges {
      node {
        ...Tag
      }
    }
  }
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}
"""

UPDATE_ARTIFACT_PORTFOLIO_GQL = """
mutation UpdateArtifactPortfolio($id: ID!, $name: String, $description: String) {
  updateArtifactPortfolio(
    input: {artifactPortfolioID: $id, name: $name, description: $description}
  ) {
    artifactCollection {
      __typename
      ...ArtifactCollection
    }
  }
}

fragment ArtifactCollection on ArtifactCollection {
  __typename
  id
  name
  description
  createdAt
  updatedAt
  project {
    ...ProjectPlace
  }
  defaultArtifactType {
    name
  }
  tags {
    edges {
      node {
        ...Tag
      }
    }
  }
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}
"""

MOVE_ARTIFACT_SEQUENCE_GQL = """
mutation MoveArtifactSequence($id: ID!, $typeName: String!) {
  moveArtifactSequence(
    input: {artifactSequenceID: $id, destinationArtifactTypeName: $typeName}
  ) {
    artifactCollection {
      __typename
      ...ArtifactCollection
    }
  }
}

fragment ArtifactCollection on ArtifactCollection {
  __typename
  id
  name
  description
  createdAt
  updatedAt
  project {
    ...ProjectPlace
  }
  defaultArtifactType {
    name
  }
  tags {
    edges {
      node {
        ...Tag
      }
    }
  }
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}
"""

DELETE_ARTIFACT_SEQUENCE_GQL = """
mutation DeleteArtifactSequence($id: ID!) {
  deleteArtifactSequence(input: {artifactSequenceID: $id}) {
    artifactCollection {
      __typename
      state
    }
  }
}
"""

DELETE_ARTIFACT_PORTFOLIO_GQL = """
mutation DeleteArtifactPortfolio($id: ID!) {
  deleteArtifactPortfolio(input: {artifactPortfolioID: $id}) {
    artifactCollection {
      __typename
      state
    }
  }
}
"""

ADD_ARTIFACT_COLLECTION_TAGS_GQL = """
mutation AddArtifactCollectionTags($entity: String!, $project: String!, $collection: String!, $tags: [TagInput!]!) {
  createArtifactCollectionTagAssignments(
    input: {entityName: $entity, projectName: $project, artifactCollectionName: $collection, tags: $tags}
  ) {
    tags {
      ...Tag
    }
  }
}

fragment Tag on Tag {
  id
  name
}
"""

DELETE_ARTIFACT_COLLECTION_TAGS_GQL = """
mutation DeleteArtifactCollectionTags($entity: String!, $project: String!, $collection: String!, $tags: [TagInput!]!) {
  deleteArtifactCollectionTagAssignments(
    input: {entityName: $entity, projectName: $project, artifactCollectionName: $collection, tags: $tags}
  ) {
    success
  }
}
"""

ARTIFACT_FILES_BY_ID_GQL = """
query ArtifactFilesById($id: ID!, $fileNames: [String!], $fileCursor: String, $fileLimit: Int) {
  artifact(id: $id) {
    files(names: $fileNames, after: $fileCursor, first: $fileLimit) {
      edges {
        cursor
        node {
          ...ArtifactFile
        }
      }
      pageInfo {
        ...PageInfo
      }
    }
  }
}

fragment ArtifactFile on File {
  id
  name: displayName
  url
  directUrl
  sizeBytes
  storagePath
  mimetype
  updatedAt
  digest
  md5
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}
"""

ARTIFACT_FILE_ADDRESSES_GQL = """
query ArtifactFileAddresses($id: ID!, $fileNames: [String!], $fileCursor: String, $fileLimit: Int) {
  artifact(id: $id) {
    files(names: $fileNames, after: $fileCursor, first: $fileLimit) {
      edges {
        cursor
        node {
          ...ArtifactFileAddress
        }
      }
      pageInfo {
        ...PageInfo
      }
    }
  }
}

fragment ArtifactFileAddress on File {
  name: displayName
  directUrl
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}
"""

ARTIFACT_FILE_ENTRIES_GQL = """
query ArtifactFileEntries($id: ID!, $fileNames: [String!], $fileLimit: Int) {
  artifact(id: $id) {
    files(names: $fileNames, first: $fileLimit) {
      edges {
        node {
          ...ArtifactFileEntry
        }
      }
    }
  }
}

fragment ArtifactFileEntry on File {
  name: displayName
  url
  directUrl
  sizeBytes
  digest
  md5
}
"""

ARTIFACT_TYPES_GQL = """
query ArtifactTypes($entity: String!, $project: String!, $cursor: String, $perPage: Int) {
  project(name: $project, entityName: $entity) {
    artifactTypes(after: $cursor, first: $perPage) {
      edges {
        cursor
        node {
          ...ArtifactType
        }
      }
      pageInfo {
        ...PageInfo
      }
    }
  }
}

fragment ArtifactType on ArtifactType {
  id
  name
  description
  createdAt
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}
"""

GET_ARTIFACT_TYPE_GQL = """
query GetArtifactType($entity: String!, $project: String!, $typeName: String!) {
  project(name: $project, entityName: $entity) {
    artifactType(name: $typeName) {
      ...ArtifactType
    }
  }
}

fragment ArtifactType on ArtifactType {
  id
  name
  description
  createdAt
}
"""

ARTIFACTS_GQL = """
query Artifacts($entity: String!, $project: String!, $typeName: String!, $collection: String!, $cursor: String, $perPage: Int, $order: String, $filters: JSONString) {
  project(name: $project, entityName: $entity) {
    artifactType(name: $typeName) {
      artifactCollection(name: $collection) {
        __typename
        artifacts(after: $cursor, first: $perPage, order: $order, filters: $filters) {
          totalCount
          edges {
            version
            cursor
            node {
              ...Artifact
            }
          }
          pageInfo {
            ...PageInfo
          }
        }
      }
    }
  }
}

fragment Artifact on Artifact {
  id
  artifactSequence {
    ...CollectionPlace
  }
  artifactType {
    name
  }
  versionIndex
  description
  metadata
  ttlDurationSeconds
  ttlIsInherited
  tags {
    ...Tag
  }
  historyStep
  state
  size
  digest
  commitHash
  fileCount
  createdAt
  updatedAt
  aliases {
    alias
    artifactCollection {
      ...CollectionPlace
    }
  }
}

fragment CollectionPlace on ArtifactCollection {
  __typename
  id
  name
  project {
    ...ProjectPlace
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}
"""

RUN_ARTIFACTS_GQL = """
query RunArtifacts($entity: String!, $project: String!, $name: String!, $logged: Boolean!, $used: Boolean!, $cursor: String, $perPage: Int) {
  project(name: $project, entityName: $entity) {
    run(name: $name) {
      outputArtifacts(after: $cursor, first: $perPage) @include(if: $logged) {
        totalCount
        edges {
          cursor
          node {
            ...Artifact
          }
        }
        pageInfo {
          ...PageInfo
        }
      }
      inputArtifacts(after: $cursor, first: $perPage) @include(if: $used) {
        totalCount
        edges {
          cursor
          node {
            ...Artifact
          }
        }
        pageInfo {
          ...PageInfo
        }
      }
    }
  }
}

fragment Artifact on Artifact {
  id
  artifactSequence {
    ...CollectionPlace
  }
  artifactType {
    name
  }
  versionIndex
  description
  metadata
  ttlDurationSeconds
  ttlIsInherited
  tags {
    ...Tag
  }
  historyStep
  state
  size
  digest
  commitHash
  fileCount
  createdAt
  updatedAt
  aliases {
    alias
    artifactCollection {
      ...CollectionPlace
    }
  }
}

fragment CollectionPlace on ArtifactCollection {
  __typename
  id
  name
  project {
    ...ProjectPlace
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}
"""

ARTIFACT_BY_PATH_GQL = """
query ArtifactByPath($entity: String!, $project: String!, $name: String!) {
  project(name: $project, entityName: $entity) {
    artifactCollectionMembership(name: $name) {
      ...Membership
      artifact {
        ...Artifact
      }
    }
  }
}

fragment Artifact on Artifact {
  id
  artifactSequence {
    ...CollectionPlace
  }
  artifactType {
    name
  }
  versionIndex
  description
  metadata
  ttlDurationSeconds
  ttlIsInherited
  tags {
    ...Tag
  }
  historyStep
  state
  size
  digest
  commitHash
  fileCount
  createdAt
  updatedAt
  aliases {
    alias
    artifactCollection {
      ...CollectionPlace
    }
  }
}

fragment CollectionPlace on ArtifactCollection {
  __typename
  id
  name
  project {
    ...ProjectPlace
  }
}

fragment Membership on ArtifactCollectionMembership {
  id
  versionIndex
  createdAt
  aliases {
    alias
  }
  artifactCollection {
    ...CollectionPlace
  }
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}
"""

ARTIFACT_BY_NAME_GQL = """
query ArtifactByName($entity: String!, $project: String!, $name: String!) {
  project(name: $project, entityName: $entity) {
    artifact(name: $name) {
      ...Artifact
    }
  }
}

fragment Artifact on Artifact {
  id
  artifactSequence {
    ...CollectionPlace
  }
  artifactType {
    name
  }
  versionIndex
  description
  metadata
  ttlDurationSeconds
  ttlIsInherited
  tags {
    ...Tag
  }
  historyStep
  state
  size
  digest
  commitHash
  fileCount
  createdAt
  updatedAt
  aliases {
    alias
    artifactCollection {
      ...CollectionPlace
    }
  }
}

fragment CollectionPlace on ArtifactCollection {
  __typename
  id
  name
  project {
    ...ProjectPlace
  }
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}
"""

ARTIFACT_BY_ID_GQL = """
query ArtifactById($id: ID!) {
  artifact(id: $id) {
    ...Artifact
  }
}

fragment Artifact on Artifact {
  id
  artifactSequence {
    ...CollectionPlace
  }
  artifactType {
    name
  }
  versionIndex
  description
  metadata
  ttlDurationSeconds
  ttlIsInherited
  tags {
    ...Tag
  }
  historyStep
  state
  size
  digest
  commitHash
  fileCount
  createdAt
  updatedAt
  aliases {
    alias
    artifactCollection {
      ...CollectionPlace
    }
  }
}

fragment CollectionPlace on ArtifactCollection {
  __typename
  id
  name
  project {
    ...ProjectPlace
  }
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}
"""

ARTIFACT_MANIFEST_GQL = """
query ArtifactManifest($id: ID!) {
  artifact(id: $id) {
    currentManifest {
      file {
        directUrl
      }
    }
  }
}
"""

ARTIFACT_USED_BY_GQL = """
query ArtifactUsedBy($id: ID!, $cursor: String, $perPage: Int) {
  artifact(id: $id) {
    usedBy(after: $cursor, first: $perPage) {
      edges {
        node {
          ...Run
          project {
            ...ProjectPlace
          }
        }
      }
      pageInfo {
        ...PageInfo
      }
    }
  }
}

fragment Creator on User {
  name
  username
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Run on Run {
  id
  projectId
  name
  displayName
  state
  tags
  group
  jobType
  sweepName
  commit
  notes
  createdAt
  heartbeatAt
  readOnly
  historyLineCount
  user {
    ...Creator
  }
}
"""

ARTIFACT_CREATED_BY_GQL = """
query ArtifactCreatedBy($id: ID!) {
  artifact(id: $id) {
    createdBy {
      __typename
      ... on Run {
        name
        project {
          ...ProjectPlace
        }
      }
    }
  }
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}
"""

ARTIFACT_LINEAGE_GQL = """
query ArtifactLineage($id: ID!) {
  artifact(id: $id) {
    createdBy {
      __typename
      ... on Run {
        name
        displayName
        project {
          ...ProjectPlace
        }
      }
    }
    usedBy {
      edges {
        node {
          name
          displayName
          project {
            ...ProjectPlace
          }
        }
      }
      pageInfo {
        ...PageInfo
      }
    }
    artifactMemberships {
      edges {
        node {
          ...Membership
        }
      }
    }
  }
}

fragment CollectionPlace on ArtifactCollection {
  __typename
  id
  name
  project {
    ...ProjectPlace
  }
}

fragment Membership on ArtifactCollectionMembership {
  id
  versionIndex
  createdAt
  aliases {
    alias
  }
  artifactCollection {
    ...CollectionPlace
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}
"""

RUN_LINEAGE_GQL = """
query RunLineage($entity: String!, $project: String!, $name: String!, $perPage: Int) {
  project(name: $project, entityName: $entity) {
    run(name: $name) {
      displayName
      inputArtifacts(first: $perPage) {
        edges {
          node {
            ...LineageVersion
          }
        }
        pageInfo {
          ...PageInfo
        }
      }
      outputArtifacts(first: $perPage) {
        edges {
          node {
            ...LineageVersion
          }
        }
        pageInfo {
          ...PageInfo
        }
      }
    }
  }
}

fragment CollectionPlace on ArtifactCollection {
  __typename
  id
  name
  project {
    ...ProjectPlace
  }
}

fragment LineageVersion on Artifact {
  id
  versionIndex
  artifactType {
    name
  }
  artifactSequence {
    ...CollectionPlace
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}
"""

ARTIFACT_PLACES_GQL = """
query ArtifactPlaces($id: ID!) {
  artifact(id: $id) {
    artifactMemberships {
      edges {
        node {
          ...Membership
        }
      }
    }
  }
}

fragment CollectionPlace on ArtifactCollection {
  __typename
  id
  name
  project {
    ...ProjectPlace
  }
}

fragment Membership on ArtifactCollectionMembership {
  id
  versionIndex
  createdAt
  aliases {
    alias
  }
  artifactCollection {
    ...CollectionPlace
  }
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}
"""

UPDATE_ARTIFACT_GQL = """
mutation UpdateArtifact($input: UpdateArtifactInput!) {
  updateArtifact(input: $input) {
    artifact {
      ...Artifact
    }
  }
}

fragment Artifact on Artifact {
  id
  artifactSequence {
    ...CollectionPlace
  }
  artifactType {
    name
  }
  versionIndex
  description
  metadata
  ttlDurationSeconds
  ttlIsInherited
  tags {
    ...Tag
  }
  historyStep
  state
  size
  digest
  commitHash
  fileCount
  createdAt
  updatedAt
  aliases {
    alias
    artifactCollection {
      ...CollectionPlace
    }
  }
}

fragment CollectionPlace on ArtifactCollection {
  __typename
  id
  name
  project {
    ...ProjectPlace
  }
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}
"""

DELETE_ARTIFACT_GQL = """
mutation DeleteArtifact($id: ID!, $deleteAliases: Boolean) {
  deleteArtifact(input: {artifactID: $id, deleteAliases: $deleteAliases}) {
    artifact {
      id
    }
  }
}
"""

ADD_ARTIFACT_ALIASES_GQL = """
mutation AddArtifactAliases($id: ID!, $aliases: [ArtifactCollectionAliasInput!]!) {
  addAliases(input: {artifactID: $id, aliases: $aliases}) {
    success
  }
}
"""

DELETE_ARTIFACT_ALIASES_GQL = """
mutation DeleteArtifactAliases($id: ID!, $aliases: [ArtifactCollectionAliasInput!]!) {
  deleteAliases(input: {artifactID: $id, aliases: $aliases}) {
    success
  }
}
"""

LINK_ARTIFACT_GQL = """
mutation LinkArtifact($input: LinkArtifactInput!) {
  linkArtifact(input: $input) {
    versionIndex
  }
}
"""

UNLINK_ARTIFACT_GQL = """
mutation UnlinkArtifact($id: ID!, $portfolio: ID!) {
  unlinkArtifact(input: {artifactID: $id, artifactPortfolioID: $portfolio}) {
    success
  }
}
"""

USE_ARTIFACT_GQL = """
mutation UseArtifact($entity: String!, $project: String!, $run: String!, $id: ID!, $usedAs: String, $artifactEntity: String, $artifactProject: String) {
  useArtifact(
    input: {entityName: $entity, projectName: $project, runName: $run, artifactID: $id, usedAs: $usedAs, artifactEntityName: $artifactEntity, artifactProjectName: $artifactProject}
  ) {
    artifact {
      id
    }
  }
}
"""

LOG_ARTIFACT_GQL = """
mutation LogArtifact($entity: String!, $project: String!, $run: String!, $typeName: String!, $collection: String!, $digest: String!, $digestAlgorithm: ArtifactDigestAlgorithm!, $aliases: [ArtifactAliasInput!], $tags: [TagInput!]) {
  createArtifact(
    input: {entityName: $entity, projectName: $project, runName: $run, artifactTypeName: $typeName, artifactCollectionNames: [$collection], digest: $digest, digestAlgorithm: $digestAlgorithm, enableDigestDeduplication: true, aliases: $aliases, tags: $tags}
  ) {
    artifact {
      id
    }
  }
}
"""

RUN_FILES_GQL = """
query RunFiles($entity: String!, $project: String!, $name: String!, $fileCursor: String, $fileLimit: Int, $fileNames: [String], $upload: Boolean, $pattern: String) {
  project(name: $project, entityName: $entity) {
    internalId
    run(name: $name) {
      fileCount
      files(
        names: $fileNames
        after: $fileCursor
        first: $fileLimit
        pattern: $pattern
      ) {
        edges {
          cursor
          node {
            ...RunFile
          }
        }
        pageInfo {
          ...PageInfo
        }
      }
    }
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment RunFile on File {
  id
  name
  url(upload: $upload)
  directUrl
  sizeBytes
  mimetype
  updatedAt
  md5
}
"""

RUN_FILE_ADDRESSES_GQL = """
query RunFileAddresses($entity: String!, $project: String!, $name: String!, $fileCursor: String, $fileLimit: Int, $fileNames: [String], $pattern: String) {
  project(name: $project, entityName: $entity) {
    run(name: $name) {
      files(
        names: $fileNames
        after: $fileCursor
        first: $fileLimit
        pattern: $pattern
      ) {
        edges {
          cursor
          node {
            ...RunFileAddress
          }
        }
        pageInfo {
          ...PageInfo
        }
      }
    }
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment RunFileAddress on File {
  name
  directUrl
  sizeBytes
  updatedAt
  md5
}
"""

CREATE_RUN_FILES_GQL = """
mutation CreateRunFiles($entity: String!, $project: String!, $run: String!, $files: [String!]!) {
  createRunFiles(
    input: {entityName: $entity, projectName: $project, runName: $run, files: $files}
  ) {
    runID
    uploadHeaders
    files {
      name
      uploadUrl
    }
  }
}
"""

MARK_RUN_FILES_UPLOADED_GQL = """
mutation MarkRunFilesUploaded($entity: String!, $project: String!, $run: String!, $files: [String!]!) {
  markRunFilesUploaded(
    input: {entityName: $entity, projectName: $project, runName: $run, files: $files}
  ) {
    success
  }
}
"""

DELETE_RUN_FILES_GQL = """
mutation DeleteRunFiles($files: [ID!]!, $projectId: Int) {
  deleteFiles(input: {files: $files, projectId: $projectId}) {
    success
  }
}
"""

MIRRORED_RUNS_GQL = """
query MirroredRuns($entity: String!, $project: String!, $cursor: String, $perPage: Int, $fileLimit: Int, $versionLimit: Int) {
  project(name: $project, entityName: $entity) {
    runs(after: $cursor, first: $perPage, order: "+created_at") {
      edges {
        cursor
        node {
          ...Run
          ...RunData
          description
          eventsLineCount
          outputArtifacts(first: $versionLimit) {
            ...VersionsOfRun
          }
          inputArtifacts(first: $versionLimit) {
            ...UsedVersionsOfRun
          }
          files(first: $fileLimit) {
            edges {
              node {
                ...RunFileAddress
              }
            }
            pageInfo {
              ...PageInfo
            }
          }
        }
      }
      pageInfo {
        ...PageInfo
      }
    }
  }
}

fragment CollectionPlace on ArtifactCollection {
  __typename
  id
  name
  project {
    ...ProjectPlace
  }
}

fragment Creator on User {
  name
  username
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Run on Run {
  id
  projectId
  name
  displayName
  state
  tags
  group
  jobType
  sweepName
  commit
  notes
  createdAt
  heartbeatAt
  readOnly
  historyLineCount
  user {
    ...Creator
  }
}

fragment RunData on Run {
  config
  summaryMetrics
}

fragment RunFileAddress on File {
  name
  directUrl
  sizeBytes
  updatedAt
  md5
}

fragment UsedVersionsOfRun on InputArtifactConnection {
  edges {
    node {
      ...VersionPlace
    }
  }
  pageInfo {
    ...PageInfo
  }
}

fragment VersionPlace on Artifact {
  id
  versionIndex
  artifactSequence {
    ...CollectionPlace
  }
}

fragment VersionsOfRun on ArtifactConnection {
  edges {
    node {
      ...VersionPlace
    }
  }
  pageInfo {
    ...PageInfo
  }
}
"""

MIRRORED_RUN_VERSIONS_GQL = """
query MirroredRunVersions($entity: String!, $project: String!, $name: String!, $logged: Boolean!, $used: Boolean!, $cursor: String, $perPage: Int) {
  project(name: $project, entityName: $entity) {
    run(name: $name) {
      outputArtifacts(after: $cursor, first: $perPage) @include(if: $logged) {
        ...VersionsOfRun
      }
      inputArtifacts(after: $cursor, first: $perPage) @include(if: $used) {
        ...UsedVersionsOfRun
      }
    }
  }
}

fragment CollectionPlace on ArtifactCollection {
  __typename
  id
  name
  project {
    ...ProjectPlace
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment UsedVersionsOfRun on InputArtifactConnection {
  edges {
    node {
      ...VersionPlace
    }
  }
  pageInfo {
    ...PageInfo
  }
}

fragment VersionPlace on Artifact {
  id
  versionIndex
  artifactSequence {
    ...CollectionPlace
  }
}

fragment VersionsOfRun on ArtifactConnection {
  edges {
    node {
      ...VersionPlace
    }
  }
  pageInfo {
    ...PageInfo
  }
}
"""

RUN_EVENTS_GQL = """
query RunEvents($entity: String!, $project: String!, $name: String!, $samples: Int) {
  project(name: $project, entityName: $entity) {
    run(name: $name) {
      events(samples: $samples)
    }
  }
}
"""

MIRRORED_VERSIONS_GQL = """
query MirroredVersions($entity: String!, $project: String!, $typeName: String!, $collection: String!, $cursor: String, $perPage: Int, $userLimit: Int) {
  project(name: $project, entityName: $entity) {
    artifactType(name: $typeName) {
      artifactCollection(name: $collection) {
        __typename
        artifacts(after: $cursor, first: $perPage) {
          edges {
            version
            cursor
            node {
              ...Artifact
              createdBy {
                __typename
                ... on Run {
                  name
                  project {
                    ...ProjectPlace
                  }
                }
              }
              usedBy(first: $userLimit) {
                ...UsersOfVersion
              }
              artifactMemberships {
                edges {
                  node {
                    ...Membership
                  }
                }
              }
            }
          }
          pageInfo {
            ...PageInfo
          }
        }
      }
    }
  }
}

fragment Artifact on Artifact {
  id
  artifactSequence {
    ...CollectionPlace
  }
  artifactType {
    name
  }
  versionIndex
  description
  metadata
  ttlDurationSeconds
  ttlIsInherited
  tags {
    ...Tag
  }
  historyStep
  state
  size
  digest
  commitHash
  fileCount
  createdAt
  updatedAt
  aliases {
    alias
    artifactCollection {
      ...CollectionPlace
    }
  }
}

fragment CollectionPlace on ArtifactCollection {
  __typename
  id
  name
  project {
    ...ProjectPlace
  }
}

fragment Membership on ArtifactCollectionMembership {
  id
  versionIndex
  createdAt
  aliases {
    alias
  }
  artifactCollection {
    ...CollectionPlace
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}

fragment UsersOfVersion on RunConnection {
  edges {
    node {
      name
      project {
        ...ProjectPlace
      }
    }
  }
  pageInfo {
    ...PageInfo
  }
}
"""

MIRRORED_USERS_GQL = """
query MirroredUsers($id: ID!, $cursor: String, $perPage: Int) {
  artifact(id: $id) {
    usedBy(after: $cursor, first: $perPage) {
      ...UsersOfVersion
    }
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment UsersOfVersion on RunConnection {
  edges {
    node {
      name
      project {
        ...ProjectPlace
      }
    }
  }
  pageInfo {
    ...PageInfo
  }
}
"""

RESTORE_RUN_GQL = """
mutation RestoreRun($input: UpsertBucketInput!) {
  upsertBucket(input: $input) {
    inserted
    bucket {
      ...Run
      eventsLineCount
    }
  }
}

fragment Creator on User {
  name
  username
}

fragment Run on Run {
  id
  projectId
  name
  displayName
  state
  tags
  group
  jobType
  sweepName
  commit
  notes
  createdAt
  heartbeatAt
  readOnly
  historyLineCount
  user {
    ...Creator
  }
}
"""

COLLECTION_OR_TYPE_GQL = """
query CollectionOrType($entity: String!, $project: String!, $name: String!) {
  project(name: $project, entityName: $entity) {
    artifactCollection(name: $name) {
      __typename
      ...ArtifactCollection
    }
    artifactType(name: $name) {
      ...ArtifactType
    }
  }
}

fragment ArtifactCollection on ArtifactCollection {
  __typename
  id
  name
  description
  createdAt
  updatedAt
  project {
    ...ProjectPlace
  }
  defaultArtifactType {
    name
  }
  tags {
    edges {
      node {
        ...Tag
      }
    }
  }
}

fragment ArtifactType on ArtifactType {
  id
  name
  description
  createdAt
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}
"""

GET_PROJECT_GQL = """
query GetProject($entity: String!, $project: String!) {
  project(name: $project, entityName: $entity) {
    ...Project
  }
}

fragment Project on Project {
  id
  internalId
  name
  entityName
  description
  access
  createdAt
  updatedAt
}
"""

PROJECTS_GQL = """
query Projects($entity: String!, $cursor: String, $perPage: Int) {
  models(entityName: $entity, after: $cursor, first: $perPage) {
    edges {
      cursor
      node {
        ...Project
      }
    }
    pageInfo {
      ...PageInfo
    }
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment Project on Project {
  id
  internalId
  name
  entityName
  description
  access
  createdAt
  updatedAt
}
"""

UPSERT_PROJECT_GQL = """
mutation UpsertProject($entity: String!, $name: String!) {
  upsertModel(input: {entityName: $entity, name: $name}) {
    inserted
    project {
      ...Project
    }
  }
}

fragment Project on Project {
  id
  internalId
  name
  entityName
  description
  access
  createdAt
  updatedAt
}
"""

CREATE_ARTIFACT_GQL = """
mutation CreateArtifact($input: CreateArtifactInput!) {
  createArtifact(input: $input) {
    artifact {
      id
      state
      artifactSequence {
        latestArtifact {
          id
        }
      }
    }
  }
}
"""

CREATE_PUBLISHING_RUN_GQL = """
mutation CreatePublishingRun($entity: String!, $project: String!, $name: String!, $jobType: String) {
  upsertBucket(
    input: {entityName: $entity, modelName: $project, name: $name, jobType: $jobType, state: "running"}
  ) {
    bucket {
      ...Run
    }
  }
}

fragment Creator on User {
  name
  username
}

fragment Run on Run {
  id
  projectId
  name
  displayName
  state
  tags
  group
  jobType
  sweepName
  commit
  notes
  createdAt
  heartbeatAt
  readOnly
  historyLineCount
  user {
    ...Creator
  }
}
"""

CREATE_ARTIFACT_MANIFEST_GQL = """
mutation CreateArtifactManifest($input: CreateArtifactManifestInput!) {
  createArtifactManifest(input: $input) {
    artifactManifest {
      id
      file {
        uploadUrl
        uploadHeaders
      }
    }
  }
}
"""

CREATE_ARTIFACT_FILES_GQL = """
mutation CreateArtifactFiles($input: CreateArtifactFilesInput!) {
  createArtifactFiles(input: $input) {
    files {
      edges {
        node {
          name
          storagePath
          uploadUrl
          uploadHeaders
          uploadMultipartUrls {
            uploadID
            uploadUrlParts {
              partNumber
              uploadUrl
            }
          }
          artifact {
            id
          }
        }
      }
    }
  }
}
"""

LATEST_VERSION_GQL = """
query LatestVersion($entity: String!, $project: String!, $collection: String!) {
  project(name: $project, entityName: $entity) {
    artifactCollection(name: $collection) {
      __typename
      ... on ArtifactSequence {
        latestArtifact {
          id
        }
      }
    }
  }
}
"""

DIGEST_ALGORITHMS_GQL = """
query DigestAlgorithms($entity: String!, $project: String!, $collection: String!) {
  entity(name: $entity) {
    xxhashDigestsEnabled
  }
  project(name: $project, entityName: $entity) {
    artifactCollection(name: $collection) {
      __typename
      ... on ArtifactSequence {
        digestAlgorithm
      }
    }
  }
}
"""

UPDATE_ARTIFACT_MANIFEST_GQL = """
mutation UpdateArtifactManifest($id: ID!, $digest: String!) {
  updateArtifactManifest(input: {artifactManifestID: $id, digest: $digest}) {
    artifactManifest {
      id
      file {
        uploadUrl
        uploadHeaders
      }
    }
  }
}
"""

COMPLETE_MULTIPART_UPLOAD_ARTIFACT_GQL = """
mutation CompleteMultipartUploadArtifact($input: CompleteMultipartUploadArtifactInput!) {
  completeMultipartUploadArtifact(input: $input) {
    digest
  }
}
"""

COMMIT_ARTIFACT_GQL = """
mutation CommitArtifact($id: ID!) {
  commitArtifact(input: {artifactID: $id}) {
    artifact {
      id
    }
  }
}
"""

REGISTRIES_GQL = """
query Registries($organization: String!, $filters: JSONString, $order: String, $cursor: String, $perPage: Int) {
  organization(name: $organization) {
    orgEntity {
      projects(filters: $filters, order: $order, after: $cursor, first: $perPage) {
        edges {
          cursor
          node {
            ...Project
          }
        }
        pageInfo {
          ...PageInfo
        }
      }
    }
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment Project on Project {
  id
  internalId
  name
  entityName
  description
  access
  createdAt
  updatedAt
}
"""

GET_REGISTRY_GQL = """
query GetRegistry($organization: String!, $project: String!) {
  organization(name: $organization) {
    orgEntity {
      name
      project(name: $project) {
        ...Project
      }
    }
  }
}

fragment Project on Project {
  id
  internalId
  name
  entityName
  description
  access
  createdAt
  updatedAt
}
"""

REGISTRY_TYPES_GQL = """
query RegistryTypes($entity: String!, $project: String!) {
  project(name: $project, entityName: $entity) {
    ...RegistryDetails
  }
}

fragment RegistryDetails on Project {
  allowAllArtifactTypesInRegistry
  artifactTypes(includeAll: true) {
    edges {
      node {
        name
      }
    }
  }
}
"""

REGISTRY_COLLECTIONS_GQL = """
query RegistryCollections($organization: String!, $registryFilters: JSONString, $filters: JSONString, $order: String, $cursor: String, $perPage: Int) {
  organization(name: $organization) {
    orgEntity {
      artifactCollections(
        projectFilters: $registryFilters
        filters: $filters
        collectionTypes: [PORTFOLIO]
        order: $order
        after: $cursor
        first: $perPage
      ) {
        totalCount
        edges {
          cursor
          node {
            __typename
            ...ArtifactCollection
          }
        }
        pageInfo {
          ...PageInfo
        }
      }
    }
  }
}

fragment ArtifactCollection on ArtifactCollection {
  __typename
  id
  name
  description
  createdAt
  updatedAt
  project {
    ...ProjectPlace
  }
  defaultArtifactType {
    name
  }
  tags {
    edges {
      node {
        ...Tag
      }
    }
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}
"""

REGISTRY_VERSIONS_GQL = """
query RegistryVersions($organization: String!, $registryFilters: JSONString, $collectionFilters: JSONString, $filters: JSONString, $order: String, $cursor: String, $perPage: Int) {
  organization(name: $organization) {
    orgEntity {
      artifactMemberships(
        projectFilters: $registryFilters
        collectionFilters: $collectionFilters
        filters: $filters
        order: $order
        after: $cursor
        first: $perPage
      ) {
        edges {
          cursor
          node {
            ...MemberVersion
          }
        }
        pageInfo {
          ...PageInfo
        }
      }
    }
  }
}

fragment Artifact on Artifact {
  id
  artifactSequence {
    ...CollectionPlace
  }
  artifactType {
    name
  }
  versionIndex
  description
  metadata
  ttlDurationSeconds
  ttlIsInherited
  tags {
    ...Tag
  }
  historyStep
  state
  size
  digest
  commitHash
  fileCount
  createdAt
  updatedAt
  aliases {
    alias
    artifactCollection {
      ...CollectionPlace
    }
  }
}

fragment CollectionPlace on ArtifactCollection {
  __typename
  id
  name
  project {
    ...ProjectPlace
  }
}

fragment MemberVersion on ArtifactCollectionMembership {
  ...Membership
  artifact {
    ...Artifact
  }
}

fragment Membership on ArtifactCollectionMembership {
  id
  versionIndex
  createdAt
  aliases {
    alias
  }
  artifactCollection {
    ...CollectionPlace
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment Tag on Tag {
  id
  name
}
"""

REGISTRY_FEATURES_GQL = """
query RegistryFeatures($organization: String!) {
  organization(name: $organization) {
    advancedRegistryFeatures {
      advancedSearch
    }
  }
}
"""

CREATE_REGISTRY_GQL = """
mutation CreateRegistry($entity: String!, $project: String!, $access: String!, $description: String, $allowAll: Boolean!, $types: [ArtifactTypeInput!]) {
  upsertModel(
    input: {entityName: $entity, name: $project, access: $access, description: $description, allowAllArtifactTypesInRegistry: $allowAll, artifactTypes: $types}
  ) {
    project {
      ...Project
    }
  }
}

fragment Project on Project {
  id
  internalId
  name
  entityName
  description
  access
  createdAt
  updatedAt
}
"""

GET_RUN_GQL = """
query GetRun($entity: String!, $project: String!, $name: String!) {
  project(name: $project, entityName: $entity) {
    run(name: $name) {
      ...Run
      ...RunData
    }
  }
}

fragment Creator on User {
  name
  username
}

fragment Run on Run {
  id
  projectId
  name
  displayName
  state
  tags
  group
  jobType
  sweepName
  commit
  notes
  createdAt
  heartbeatAt
  readOnly
  historyLineCount
  user {
    ...Creator
  }
}

fragment RunData on Run {
  config
  summaryMetrics
}
"""

GET_RUN_DATA_GQL = """
query GetRunData($entity: String!, $project: String!, $name: String!) {
  project(name: $project, entityName: $entity) {
    run(name: $name) {
      ...RunData
    }
  }
}

fragment RunData on Run {
  config
  summaryMetrics
}
"""

GET_RUN_STATE_GQL = """
query GetRunState($entity: String!, $project: String!, $name: String!) {
  project(name: $project, entityName: $entity) {
    run(name: $name) {
      state
    }
  }
}
"""

RUNS_GQL = """
query Runs($entity: String!, $project: String!, $filters: JSONString, $order: String, $cursor: String, $perPage: Int) {
  project(name: $project, entityName: $entity) {
    runCount(filters: $filters)
    runs(filters: $filters, order: $order, after: $cursor, first: $perPage) {
      edges {
        cursor
        node {
          ...Run
        }
      }
      pageInfo {
        ...PageInfo
      }
    }
  }
}

fragment Creator on User {
  name
  username
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment Run on Run {
  id
  projectId
  name
  displayName
  state
  tags
  group
  jobType
  sweepName
  commit
  notes
  createdAt
  heartbeatAt
  readOnly
  historyLineCount
  user {
    ...Creator
  }
}
"""

RUNS_WITH_DATA_GQL = """
query RunsWithData($entity: String!, $project: String!, $filters: JSONString, $order: String, $cursor: String, $perPage: Int) {
  project(name: $project, entityName: $entity) {
    runCount(filters: $filters)
    runs(filters: $filters, order: $order, after: $cursor, first: $perPage) {
      edges {
        cursor
        node {
          ...Run
          ...RunData
        }
      }
      pageInfo {
        ...PageInfo
      }
    }
  }
}

fragment Creator on User {
  name
  username
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment Run on Run {
  id
  projectId
  name
  displayName
  state
  tags
  group
  jobType
  sweepName
  commit
  notes
  createdAt
  heartbeatAt
  readOnly
  historyLineCount
  user {
    ...Creator
  }
}

fragment RunData on Run {
  config
  summaryMetrics
}
"""

RUN_HISTORY_EXTENT_GQL = """
query RunHistoryExtent($entity: String!, $project: String!, $name: String!) {
  project(name: $project, entityName: $entity) {
    run(name: $name) {
      historyKeys
      historyLineCount
    }
  }
}
"""

RUN_HISTORY_GQL = """
query RunHistory($entity: String!, $project: String!, $name: String!, $minStep: Int64, $maxStep: Int64, $samples: Int) {
  project(name: $project, entityName: $entity) {
    run(name: $name) {
      history(minStep: $minStep, maxStep: $maxStep, samples: $samples)
    }
  }
}
"""

SAMPLED_RUN_HISTORY_GQL = """
query SampledRunHistory($entity: String!, $project: String!, $name: String!, $specs: [JSONString!]!) {
  project(name: $project, entityName: $entity) {
    run(name: $name) {
      sampledHistory(specs: $specs)
    }
  }
}
"""

CREATE_RUN_GQL = """
mutation CreateRun($entity: String!, $project: String!, $name: String!, $state: String) {
  upsertBucket(
    input: {entityName: $entity, modelName: $project, name: $name, state: $state}
  ) {
    inserted
    bucket {
      ...Run
    }
  }
}

fragment Creator on User {
  name
  username
}

fragment Run on Run {
  id
  projectId
  name
  displayName
  state
  tags
  group
  jobType
  sweepName
  commit
  notes
  createdAt
  heartbeatAt
  readOnly
  historyLineCount
  user {
    ...Creator
  }
}
"""

DELETE_RUN_GQL = """
mutation DeleteRun($id: ID!, $deleteArtifacts: Boolean) {
  deleteRun(input: {id: $id, deleteArtifacts: $deleteArtifacts}) {
    clientMutationId
  }
}
"""

STOP_RUN_GQL = """
mutation StopRun($id: ID!) {
  stopRun(input: {id: $id}) {
    success
  }
}
"""

SERVER_FEATURES_GQL = """
query ServerFeatures {
  serverInfo {
    features {
      name
      isEnabled
    }
  }
}
"""

GET_SERVER_INFO_GQL = """
query GetServerInfo {
  serverInfo {
    cliVersionInfo
    latestLocalVersionInfo {
      outOfDate
      latestVersionString
      versionOnThisInstanceString
    }
  }
}
"""

GET_VIEWER_GQL = """
query GetViewer {
  viewer {
    ...User
  }
}

fragment User on User {
  id
  name
  username
  email
  entity
  admin
  teams {
    edges {
      node {
        name
      }
    }
  }
}
"""

ENTITY_ORGANIZATIONS_GQL = """
query EntityOrganizations($entity: String!) {
  entity(name: $entity) {
    organization {
      ...Organization
    }
    user {
      organizations {
        ...Organization
      }
    }
  }
}

fragment Organization on Organization {
  name
  orgEntity {
    name
  }
}
"""

STORED_VERSIONS_GQL = """
query StoredVersions($entity: String!, $project: String!, $typeName: String!, $collection: String!, $cursor: String, $perPage: Int, $filters: JSONString, $withMetadata: Boolean!) {
  project(name: $project, entityName: $entity) {
    artifactType(name: $typeName) {
      artifactCollection(name: $collection) {
        __typename
        artifacts(after: $cursor, first: $perPage, filters: $filters) {
          edges {
            version
            cursor
            node {
              ...StoredVersion
              metadata @include(if: $withMetadata)
              currentManifest {
                file {
                  directUrl
                }
              }
            }
          }
          pageInfo {
            ...PageInfo
          }
        }
      }
    }
  }
}

fragment CollectionPlace on ArtifactCollection {
  __typename
  id
  name
  project {
    ...ProjectPlace
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment StoredVersion on Artifact {
  id
  state
  size
  digest
  fileCount
  versionIndex
  createdAt
  tags {
    name
  }
  aliases {
    alias
    artifactCollection {
      ...CollectionPlace
    }
  }
  createdBy {
    __typename
    ... on Run {
      name
      project {
        ...ProjectPlace
      }
    }
  }
  usedBy {
    edges {
      node {
        name
        state
        project {
          ...ProjectPlace
        }
      }
    }
    pageInfo {
      ...PageInfo
    }
  }
  artifactMemberships {
    edges {
      node {
        artifactCollection {
          ...CollectionPlace
        }
      }
    }
  }
}
"""

STORED_VERSION_BY_ID_GQL = """
query StoredVersionById($id: ID!) {
  artifact(id: $id) {
    ...StoredVersion
    artifactSequence {
      latestArtifact {
        versionIndex
      }
    }
  }
}

fragment CollectionPlace on ArtifactCollection {
  __typename
  id
  name
  project {
    ...ProjectPlace
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment ProjectPlace on Project {
  id
  internalId
  name
  entityName
}

fragment StoredVersion on Artifact {
  id
  state
  size
  digest
  fileCount
  versionIndex
  createdAt
  tags {
    name
  }
  aliases {
    alias
    artifactCollection {
      ...CollectionPlace
    }
  }
  createdBy {
    __typename
    ... on Run {
      name
      project {
        ...ProjectPlace
      }
    }
  }
  usedBy {
    edges {
      node {
        name
        state
        project {
          ...ProjectPlace
        }
      }
    }
    pageInfo {
      ...PageInfo
    }
  }
  artifactMemberships {
    edges {
      node {
        artifactCollection {
          ...CollectionPlace
        }
      }
    }
  }
}
"""

RUN_FILE_SIZES_GQL = """
query RunFileSizes($entity: String!, $project: String!, $cursor: String, $perPage: Int, $fileLimit: Int) {
  project(name: $project, entityName: $entity) {
    runs(after: $cursor, first: $perPage, order: "+created_at") {
      edges {
        cursor
        node {
          name
          state
          createdAt
          files(first: $fileLimit) {
            edges {
              node {
                ...StoredFile
              }
            }
            pageInfo {
              ...PageInfo
            }
          }
        }
      }
      pageInfo {
        ...PageInfo
      }
    }
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment StoredFile on File {
  id
  name
  sizeBytes
  updatedAt
}
"""

MORE_RUN_FILE_SIZES_GQL = """
query MoreRunFileSizes($entity: String!, $project: String!, $name: String!, $cursor: String, $fileLimit: Int) {
  project(name: $project, entityName: $entity) {
    run(name: $name) {
      files(first: $fileLimit, after: $cursor) {
        edges {
          node {
            ...StoredFile
          }
        }
        pageInfo {
          ...PageInfo
        }
      }
    }
  }
}

fragment PageInfo on PageInfo {
  endCursor
  hasNextPage
}

fragment StoredFile on File {
  id
  name
  sizeBytes
  updatedAt
}
"""
