"""The file that ``authcore-local --example`` prints."""

from typing import Final


EXAMPLE: Final = """\
# authcore-local --config pool.yaml        All may be left out; JSON works, too.
ports:
  pool: 9229                        # on 127.0.0.1; 0 takes a free one
  replica: none                     # a second region, which refuses writes
pool:
  id: eu-local-1_Local0001          # its first part is the region
  mfa: OPTIONAL                     # OFF, OPTIONAL, ON
  sign_in_names: username           # username, email, alias
  self_sign_up: true
  case_sensitive: false
  custom_attributes:
    - name: custom:legacy_uid
    - name: custom:legacy_linked
client:                             # the app client of users
  id: localclient01
  secrets: [local-client-secret]    # none for a public client, as of a mobile application
  callback_urls: ["http://localhost:8000/callback"]
  logout_urls: ["http://localhost:8000/"]
  scopes: [openid, email, profile]
machine_clients:                    # client_credentials
  - id: orders
    secrets: [orders-secret]
    scopes: [orders/read]
providers: [Google, Facebook, SignInWithApple]    # stand-ins
lifetimes:
  access_token: 1 hour              # 5 minutes to 1 day
  id_token: 1 hour
  refresh_token: 30 days            # 60 minutes to 3650 days
  rotation: true
  grace: 30 seconds                 # of a refresh token that was rotated away; 0 to 60
triggers:                           # module:function, imported with this file's folder on the path
  user_migration: none              # e.g. authcore_lambda.user_migration:handler
  pre_sign_up: none
  post_confirmation: none
  pre_authentication: none
  post_authentication: none
  pre_token_generation: none
  pre_token_version: V1_0           # V1_0, V2_0
users:
  - username: anna
    password: "Local-anna-1"
    attributes: {email: anna@example.com, email_verified: "true", name: Anna}
    groups: [editors]
  - username: bert                  # must choose a password at the first sign-in
    password: "Local-bert-1"
    status: FORCE_CHANGE_PASSWORD
    attributes: {email: bert@example.com, email_verified: "true"}
"""
