// aws-amplify v6 at the local Cognito.
import { Amplify } from "aws-amplify";
import * as auth from "aws-amplify/auth";
import { NEW_PASSWORD, assert, claims, judge, mailedCode, pool, rejects, totp } from "./harness.mjs";

Amplify.configure({
  Auth: {
    Cognito: {
      userPoolId: pool.poolId,
      userPoolClientId: pool.clientId,
      userPoolEndpoint: pool.url,
    },
  },
});

// By password where SRP is not the subject: a handshake costs this client 0.2 s.
async function signIn(username, password = pool.password, authFlowType = "USER_PASSWORD_AUTH") {
  await auth.signOut();
  return (await auth.signIn({ username, password, options: { authFlowType } })).nextStep.signInStep;
}

async function tokens(options) {
  return (await auth.fetchAuthSession(options)).tokens;
}

const confirm = async (challengeResponse) =>
  (await auth.confirmSignIn({ challengeResponse })).nextStep.signInStep;

await judge({
  async sign_in_by_srp() {
    assert.equal(await signIn(pool.users.plain, pool.password, "USER_SRP_AUTH"), "DONE");
    assert.equal((await auth.getCurrentUser()).username, pool.users.plain);
    const wrong = signIn(pool.users.plain, "canary-wrong", "USER_SRP_AUTH");
    await rejects(wrong, "NotAuthorizedException");
  },
  async sign_in_by_password() {
    assert.equal(await signIn(pool.users.plain), "DONE");
  },
  async sign_up_and_confirm() {
    const username = "amplify-new";
    const options = { userAttributes: { email: "new@example.com" } };
    const signUp = () => auth.signUp({ username, password: pool.password, options });
    assert.equal((await signUp()).nextStep.signUpStep, "CONFIRM_SIGN_UP");
    await rejects(signUp(), "UsernameExistsException");
    assert.equal(await signIn(username), "CONFIRM_SIGN_UP");
    await auth.resendSignUpCode({ username });
    await rejects(
      auth.confirmSignUp({ username, confirmationCode: "x" }),
      "CodeMismatchException",
    );
    await auth.confirmSignUp({ username, confirmationCode: await mailedCode() });
    assert.equal(await signIn(username), "DONE");
  },
  async forgotten_password() {
    const username = pool.users.forgetful;
    const { nextStep } = await auth.resetPassword({ username });
    assert.equal(nextStep.codeDeliveryDetails.deliveryMedium, "EMAIL");
    const confirmationCode = await mailedCode();
    await auth.confirmResetPassword({ username, confirmationCode, newPassword: NEW_PASSWORD });
    assert.equal(await signIn(username, NEW_PASSWORD), "DONE");
  },
  async changed_password() {
    const name = pool.users.changing;
    await signIn(name);
    await auth.updatePassword({ oldPassword: pool.password, newPassword: NEW_PASSWORD });
    assert.equal(await signIn(name, NEW_PASSWORD), "DONE");
    await rejects(signIn(name), "NotAuthorizedException");
  },
  async refresh() {
    await signIn(pool.users.plain);
    const [before, after] = [await tokens(), await tokens({ forceRefresh: true })];
    assert.notEqual(before.accessToken.toString(), after.accessToken.toString());
    assert.equal(before.accessToken.payload.origin_jti, after.accessToken.payload.origin_jti);
  },
  async sign_out_everywhere() {
    await signIn(pool.users.leaving);
    const { accessToken } = await tokens();
    await auth.signOut({ global: true });
    const answer = await fetch(pool.url, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AWSCognitoIdentityProviderService.GetUser",
      },
      body: JSON.stringify({ AccessToken: accessToken.toString() }),
    });
    assert.equal((await answer.json()).__type, "NotAuthorizedException");
  },
  async new_password_after_a_temporary_one() {
    const asked = await signIn(pool.users.temporary);
    assert.equal(asked, "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED");
    assert.equal(await confirm(NEW_PASSWORD), "DONE");
  },
  async attributes_of_the_user() {
    await signIn(pool.users.plain);
    const userAttributes = { name: "Ada", email: "ada@example.com" };
    const changed = await auth.updateUserAttributes({ userAttributes });
    assert.equal(changed.email.nextStep.updateAttributeStep, "CONFIRM_ATTRIBUTE_WITH_CODE");
    const confirmationCode = await mailedCode();
    await auth.confirmUserAttribute({ userAttributeKey: "email", confirmationCode });
    const read = await auth.fetchUserAttributes();
    assert.deepEqual([read.name, read.email_verified], ["Ada", "true"]);
  },
  async deleted_account() {
    await signIn(pool.users.leaving);
    await auth.deleteUser();
    await rejects(signIn(pool.users.leaving), "NotAuthorizedException");
  },
  async authenticator_app() {
    const name = pool.users.factors;
    await signIn(name);
    const { sharedSecret } = await auth.setUpTOTP();
    await auth.verifyTOTPSetup({ code: totp(sharedSecret, -1) });
    await auth.updateMFAPreference({ totp: "PREFERRED" });
    assert.equal((await auth.fetchMFAPreference()).preferred, "TOTP");
    assert.equal(await signIn(name), "CONFIRM_SIGN_IN_WITH_TOTP_CODE");
    await rejects(confirm("000000"), "CodeMismatchException");
    assert.equal(await confirm(totp(sharedSecret)), "DONE");
    await auth.updateMFAPreference({ totp: "ENABLED", email: "ENABLED" });
    assert.equal(await signIn(name), "CONTINUE_SIGN_IN_WITH_MFA_SELECTION");
    assert.equal(await confirm("EMAIL"), "CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
    assert.equal(await confirm(await mailedCode()), "DONE");
  },
  async chosen_factor() {
    const username = pool.users.choosing;
    await auth.signOut();
    const options = { authFlowType: "USER_AUTH" };
    const { nextStep } = await auth.signIn({ username, options });
    assert.equal(nextStep.signInStep, "CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION");
    assert.deepEqual(nextStep.availableChallenges, ["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"]);
    assert.equal(await confirm("EMAIL_OTP"), "CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
    assert.equal(await confirm(await mailedCode()), "DONE");
    for (const preferredChallenge of ["PASSWORD", "PASSWORD_SRP"]) {
      await auth.signOut();
      const preferred = { ...options, preferredChallenge };
      const given = { username, password: pool.password, options: preferred };
      assert.equal((await auth.signIn(given)).nextStep.signInStep, "DONE");
    }
    const said = claims((await tokens()).accessToken.toString());
    assert.equal(said.username, username);
  },
});
