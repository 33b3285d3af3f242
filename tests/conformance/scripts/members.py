"""Change members of a registry, and of a team: python members.py ORGANIZATION TEAM USER"""

import json
import sys

import wandb

organization, team_name, user_name = sys.argv[1:]
api = wandb.Api()
registry = api.create_registry("models", "restricted", organization=organization)
team, user = api.team(team_name), api.user(user_name)


def members():
    return [
        *sorted(
            [m.user.username, str(getattr(m.role, "value", m.role))]
            for m in registry.user_members()
        ),
        *sorted(
            [m.team.name, str(getattr(m.role, "value", m.role))] for m in registry.team_members()
        ),
    ]


def refused(call):
    try:
        call()
    except Exception as error:
        return str(error)
    return "nothing was refused"


seen = {"created": members()}
registry.add_members(user, team.id)
seen["added"] = members()
registry.update_member(user, "viewer").update_member(team, "restricted_viewer")
seen["changed"] = members()
seen["kinds"] = sorted(member.kind.value for member in registry.members())
registry.remove_members(team, user.id)
seen["removed"] = members()
registry.remove_members(user)
seen["unknown role"] = refused(lambda: registry.add_members(user).update_member(user, "boss"))
seen["no member"] = refused(lambda: registry.update_member(team, "viewer"))

new_team = api.create_team("band")
seen["invited"] = new_team.invite(user_name)
new_team.create_service_account("robot")
new_team.load(force=True)
seen["team"] = sorted([m.name, m.account_type, m.username == user_name] for m in new_team.members)
seen["left"] = [m.delete() for m in new_team.members if m.username == user_name]
new_user = api.create_user("dora@example.com")
seen["new user"] = [new_user.username, new_user.email, new_user.admin]
viewer = api.viewer
key = viewer.generate_api_key("second")
seen["key works"] = wandb.Api(api_key=key).viewer.username
seen["keys"] = len(api.user(viewer.username).api_keys)
seen["key deleted"] = api.user(viewer.username).delete_api_key(
    api.user(viewer.username).api_keys[0]
)
print(json.dumps(seen))
