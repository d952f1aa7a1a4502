// amazon-cognito-identity-js at the local Cognito.
import identity from "amazon-cognito-identity-js";
import { NEW_PASSWORD, assert, claims, judge, mailedCode, pool, rejects, totp } from "./harness.mjs";

const users = new identity.CognitoUserPool({
  UserPoolId: pool.poolId,
  ClientId: pool.clientId,
  endpoint: pool.url,
});

const userOf = (Username) => new identity.CognitoUser({ Username, Pool: users });

// Calls `method` with callbacks or with a node-style callback at the end.
const called = (object, method, ...given) =>
  new Promise((resolve, reject) =>
    object[method](...given, (error, result) => (error ? reject(error) : resolve(result))),
  );
const answered = (object, method, ...given) =>
  new Promise((onSuccess, onFailure) =>
    object[method](...given, {
      onSuccess,
      onFailure,
      newPasswordRequired: (attributes) => onSuccess({ newPasswordRequired: attributes }),
      totpRequired: () => onSuccess({ totpRequired: true }),
    }),
  );

// By password where SRP is not the subject: a handshake costs this client 0.2 s.
async function signIn(name, password = pool.password, flow = "USER_PASSWORD_AUTH") {
  const user = userOf(name);
  user.setAuthenticationFlowType(flow);
  const details = new identity.AuthenticationDetails({ Username: name, Password: password });
  const method = "authenticateUser";
  return { user, session: await answered(user, method, details) };
}

await judge({
  async sign_in_by_srp() {
    const { session } = await signIn(pool.users.plain, pool.password, "USER_SRP_AUTH");
    assert.ok(session.isValid());
    const said = claims(session.getIdToken().getJwtToken());
    assert.equal(said["cognito:username"], pool.users.plain);
    const wrong = signIn(pool.users.plain, "canary-wrong", "USER_SRP_AUTH");
    await rejects(wrong, "NotAuthorizedException");
  },
  async sign_in_by_password() {
    const { session } = await signIn(pool.users.plain);
    assert.ok(session.isValid());
  },
  async sign_up_and_confirm() {
    const email = new identity.CognitoUserAttribute({ Name: "email", Value: "new@example.com" });
    const name = "identity-js-new";
    const signUp = () => called(users, "signUp", name, pool.password, [email], null);
    const result = await signUp();
    assert.equal(result.userConfirmed, false);
    assert.equal(result.codeDeliveryDetails.Destination, "n***@e***");
    await rejects(signUp(), "UsernameExistsException");
    const user = userOf(name);
    await rejects(signIn(name), "UserNotConfirmedException");
    await called(user, "resendConfirmationCode");
    await rejects(called(user, "confirmRegistration", "x", false), "CodeMismatchException");
    await called(user, "confirmRegistration", await mailedCode(), false);
    assert.ok((await signIn(name)).session.isValid());
  },
  async forgotten_password() {
    const name = pool.users.forgetful;
    const user = userOf(name);
    await answered(user, "forgotPassword");
    const code = await mailedCode();
    await answered(user, "confirmPassword", code, NEW_PASSWORD);
    assert.ok((await signIn(name, NEW_PASSWORD)).session.isValid());
    await rejects(signIn(name), "NotAuthorizedException");
  },
  async changed_password() {
    const name = pool.users.changing;
    const { user } = await signIn(name);
    const change = (...passwords) => called(user, "changePassword", ...passwords);
    await rejects(change(pool.password, "weak"), "InvalidPasswordException");
    await rejects(change("canary-wrong", NEW_PASSWORD), "NotAuthorizedException");
    await change(pool.password, NEW_PASSWORD);
    assert.ok((await signIn(name, NEW_PASSWORD)).session.isValid());
  },
  async refresh() {
    const { user, session } = await signIn(pool.users.plain);
    const fresh = await called(user, "refreshSession", session.getRefreshToken());
    const tokens = [session, fresh].map((each) => each.getAccessToken().getJwtToken());
    assert.notEqual(tokens[0], tokens[1]);
    assert.equal(claims(tokens[0]).origin_jti, claims(tokens[1]).origin_jti);
  },
  async sign_out_everywhere() {
    const name = pool.users.leaving;
    const [here, there] = [await signIn(name), await signIn(name)];
    await answered(here.user, "globalSignOut");
    await rejects(called(there.user, "getUserAttributes"), "NotAuthorizedException");
  },
  async new_password_after_a_temporary_one() {
    const { user, session } = await signIn(pool.users.temporary);
    assert.ok(session.newPasswordRequired.email);
    const after = await answered(user, "completeNewPasswordChallenge", NEW_PASSWORD, {});
    assert.ok(after.isValid());
  },
  async authenticator_app() {
    const name = pool.users.factors;
    const { user } = await signIn(name);
    const secret = await new Promise((associateSecretCode, onFailure) =>
      user.associateSoftwareToken({ associateSecretCode, onFailure }),
    );
    await answered(user, "verifySoftwareToken", totp(secret, -1), "phone");
    const preferred = { PreferredMfa: true, Enabled: true };
    await called(user, "setUserMfaPreference", null, preferred);
    const { user: again, session } = await signIn(name);
    assert.ok(session.totpRequired);
    const send = (code) =>
      new Promise((onSuccess, onFailure) =>
        again.sendMFACode(code, { onSuccess, onFailure }, "SOFTWARE_TOKEN_MFA"),
      );
    await rejects(send("000000"), "CodeMismatchException");
    assert.ok((await send(totp(secret))).isValid());
  },
  async deleted_account() {
    const { user } = await signIn(pool.users.leaving);
    await called(user, "deleteUser");
    await rejects(signIn(pool.users.leaving), "NotAuthorizedException");
  },
  async attributes_of_the_user() {
    const { user } = await signIn(pool.users.plain);
    const written = new identity.CognitoUserAttribute({ Name: "name", Value: "Ada" });
    await called(user, "updateAttributes", [written]);
    const read = await called(user, "getUserAttributes");
    assert.equal(read.find((each) => each.getName() === "name").getValue(), "Ada");
  },
});
