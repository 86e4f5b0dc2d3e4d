//! Second factors and passwords through the API.

use chrono::TimeDelta;
use http::Method;

use crate::support::{EMAIL, PASSWORD, Server, TestClient};

const SIGNIN: &str = "users.authentication.Signin";
const VERIFY: &str = "users.authentication.Verify2FACode";
const CHECK: &str = "users.authentication.CheckSign";
const CREATE: &str = "users.authentication.CreateToken";
const CONFIG: &str = "users.account.Get2FAConfig";
const ENABLE: &str = "users.account.Enable2FA";
const DISABLE: &str = "users.account.Disable2FA";
const CODES: &str = "users.account.Get2FABackupCodes";
const NEW_CODES: &str = "users.account.Regenerate2FABackupCodes";
const CHANGE: &str = "users.account.ChangePassword";
const PASS: (&str, &str) = ("password", PASSWORD);
const LOGIN: &[(&str, &str)] = &[("login", EMAIL), PASS];

/// Switches one-time codes on; answers the authenticator's secret and the recovery codes. The code is used up then.
async fn enable(server: &Server, owner: &TestClient<'_>) -> (String, Vec<String>) {
    let config = owner.post(CONFIG, &[PASS]).await;
    assert_eq!((&config["isActive"], &config["type"]), (&false.into(), &"TOTP".into()), "{config}");
    assert!(config["qrCode"].as_str().unwrap().contains("<svg"));
    let secret = config["secret"].as_str().unwrap().to_owned();
    assert!(config["url"].as_str().unwrap().contains(&secret));
    assert_eq!(owner.post(CONFIG, &[PASS]).await["secret"], secret.as_str(), "asking again leaves it as it is");
    let answer = owner.post(ENABLE, &[PASS, ("code", &server.code(&secret))]).await;
    let codes: Vec<_> =
        answer["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 10, "{answer}");
    server.advance(TimeDelta::seconds(60));
    (secret, codes)
}

#[tokio::test]
async fn half_a_session_is_good_for_the_code_alone() {
    let server = Server::start().await;
    let (secret, _) = enable(&server, &server.owner().await).await;
    let half = server.anonymous().post(SIGNIN, LOGIN).await;
    assert_eq!((&half["result"], &half["authType"]), (&0.into(), &"TFA".into()), "{half}");
    assert!(half.get("accessType").is_none(), "clients take it for signed in: {half}");
    assert_eq!(half["requiredAuthCheck"]["type"], "TOTP");
    assert_eq!(half["requiredAuthCheck"]["isActive"], true);
    let value = half["session"].as_str().unwrap();
    for method in [CHECK, CREATE, "users.authentication.Signout", "environment.control.GetEnvs"] {
        assert_eq!(server.bearer(value).code(method, &[]).await, 702, "{method}");
    }
    let wrong = server.anonymous().post(VERIFY, &[("session", value), ("code", "000000")]).await;
    assert_eq!(wrong["result"], 701, "{wrong}");
    let whole = server.anonymous().post(VERIFY, &[("session", value), ("code", &server.code(&secret))]).await;
    assert_eq!((&whole["result"], &whole["accessType"]), (&0.into(), &"FULL_ACCESS".into()), "{whole}");
    assert_eq!(whole["session"], value, "clients have stored it already");
    assert_eq!(server.bearer(value).code(CHECK, &[]).await, 0);
}

#[tokio::test]
async fn a_code_opens_one_session_and_a_recovery_code_one_more() {
    let server = Server::start().await;
    let (secret, codes) = enable(&server, &server.owner().await).await;
    let code = server.code(&secret);
    let mut results = Vec::new();
    for proof in [&code, &code, &codes[0], &codes[0]] {
        let half = server.anonymous().post(SIGNIN, LOGIN).await;
        let params = [("session", half["session"].as_str().unwrap()), ("code", proof.as_str())];
        results.push(server.anonymous().code(VERIFY, &params).await);
    }
    assert_eq!(results, [0, 701, 0, 701]);
    assert_eq!(server.anonymous().code(VERIFY, &[("session", "7x0f"), ("code", &code)]).await, 702);
}

#[tokio::test]
async fn half_a_session_ends_by_itself() {
    let server = Server::start().await;
    let (secret, _) = enable(&server, &server.owner().await).await;
    let half = server.anonymous().post(SIGNIN, LOGIN).await;
    server.advance(TimeDelta::minutes(11));
    let params = [("session", half["session"].as_str().unwrap()), ("code", &server.code(&secret))];
    assert_eq!(server.anonymous().code(VERIFY, &params).await, 702);
}

#[tokio::test]
async fn token_changes_ask_for_the_code_and_tokens_go_on_working() {
    // Also where the operator made the password optional.
    let server = Server::with(|settings| settings.token_password_required = false).await;
    let token = server.token("users.account.GetUserInfo").await;
    let owner = server.owner().await;
    let (secret, _) = enable(&server, &owner).await;
    assert_eq!(token.code("users.account.GetUserInfo", &[]).await, 0);

    server.advance(TimeDelta::minutes(6));
    let create = [("description", "x"), ("apiList", "users.account.GetUserInfo")];
    let without = owner.post(CREATE, &create).await;
    assert!(without["error"].as_str().unwrap().starts_with("invalid parameter [password]: "), "{without}");
    let half = owner.post(CREATE, &[create[0], create[1], PASS]).await;
    assert_eq!(half["result"], 3);
    assert!(half["error"].as_str().unwrap().starts_with("invalid parameter [code]: "), "{half}");
    let wrong = owner.post(CREATE, &[create[0], create[1], PASS, ("code", "000000")]).await;
    assert_eq!(wrong["result"], 801, "{wrong}");
    server.advance(TimeDelta::minutes(1));
    let code = server.code(&secret);
    assert_eq!(owner.code(CREATE, &[create[0], create[1], PASS, ("code", &code)]).await, 0);
    assert_eq!(owner.code(CREATE, &[create[0], create[1], PASS]).await, 0, "covered for five minutes");
    server.advance(TimeDelta::minutes(6));
    assert_eq!(owner.code(CREATE, &[create[0], create[1], PASS]).await, 3);
}

#[tokio::test]
async fn recovery_codes_are_counted_renewed_and_never_read_back() {
    let server = Server::start().await;
    let owner = server.owner().await;
    assert_eq!(owner.code(NEW_CODES, &[PASS]).await, 4, "without a second factor there are none");
    let (_, codes) = enable(&server, &owner).await;
    let answer = owner.post(CODES, &[PASS]).await;
    assert_eq!((&answer["left"], &answer["codes"]), (&10.into(), &serde_json::json!([])));
    let renewed = owner.post(NEW_CODES, &[PASS]).await;
    assert_eq!(renewed["codes"].as_array().unwrap().len(), 10);
    let half = server.anonymous().post(SIGNIN, LOGIN).await;
    let former = [("session", half["session"].as_str().unwrap()), ("code", codes[0].as_str())];
    assert_eq!(server.anonymous().code(VERIFY, &former).await, 701);
}

#[tokio::test]
async fn switching_off_asks_for_the_code_and_opens_sign_in_again() {
    let server = Server::start().await;
    let owner = server.owner().await;
    assert_eq!(owner.code(DISABLE, &[PASS]).await, 4);
    let (secret, _) = enable(&server, &owner).await;
    server.advance(TimeDelta::minutes(6));
    assert_eq!(owner.code(DISABLE, &[PASS]).await, 3);
    assert_eq!(owner.code(DISABLE, &[("password", "wrong"), ("code", &server.code(&secret))]).await, 801);
    server.advance(TimeDelta::minutes(1));
    assert_eq!(owner.code(DISABLE, &[PASS, ("code", &server.code(&secret))]).await, 0);
    assert_eq!(server.anonymous().post(SIGNIN, LOGIN).await["accessType"], "FULL_ACCESS");
}

#[tokio::test]
async fn the_second_factor_is_reached_in_both_classes() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for method in ["users.account.Get2FABackupCodes", "users.authentication.Get2FABackupCodes"] {
        assert_eq!(owner.post(method, &[PASS]).await["left"], 0, "{method}");
    }
}

#[tokio::test]
async fn no_token_touches_passwords_or_second_factors() {
    let server = Server::start().await;
    let token = server.extended_token().await;
    for method in [CONFIG, ENABLE, DISABLE, CODES, NEW_CODES, CHANGE, "users.authentication.CheckPassword"] {
        assert_eq!(token.code(method, &[PASS, ("code", "123456")]).await, 8202, "{method}");
    }
}

#[tokio::test]
async fn a_password_is_checked() {
    let server = Server::start().await;
    let owner = server.owner().await;
    assert_eq!(owner.code("users.authentication.CheckPassword", &[PASS]).await, 0);
    assert_eq!(owner.code("users.authentication.CheckPassword", &[("password", "wrong")]).await, 801);
}

#[tokio::test]
async fn changing_the_password_ends_other_sessions_and_leaves_tokens_alive() {
    let server = Server::start().await;
    let (owner, other) = (server.owner().await, server.owner().await);
    let token = server.token("users.account.GetUserInfo").await;
    let new = "four unlikely companions walking";
    let params = [("oldPassword", PASSWORD), ("newPassword", new)];
    assert_eq!(owner.send(Method::GET, CHANGE, &params).await.json()["result"], 9, "not through a URL");
    for (old, new, code, name) in [
        ("wrong", new, 801, ""),
        (PASSWORD, "short", 3, "newPassword"),
        (PASSWORD, "password1234", 3, "newPassword"),
        (PASSWORD, PASSWORD, 3, "newPassword"),
    ] {
        let answer = owner.post(CHANGE, &[("oldPassword", old), ("newPassword", new)]).await;
        assert_eq!(answer["result"], code, "{new}: {answer}");
        assert!(name.is_empty() || answer["error"].as_str().unwrap().contains(name), "{answer}");
    }
    assert_eq!(owner.code(CHANGE, &params).await, 0);
    assert_eq!(owner.code(CHECK, &[]).await, 0);
    assert_eq!(other.code(CHECK, &[]).await, 702);
    assert_eq!(token.code("users.account.GetUserInfo", &[]).await, 0);
    server.session(EMAIL, new).await;
}

#[tokio::test]
async fn of_two_password_changes_at_once_one_is_refused() {
    let server = Server::start().await;
    let (one, two) = (server.owner().await, server.owner().await);
    let change = async |caller: &TestClient<'_>, new: &str| {
        caller.code(CHANGE, &[("oldPassword", PASSWORD), ("newPassword", new)]).await
    };
    let new = ["four unlikely companions walking", "seven purple ladders singing"];
    let answers: [i64; 2] = tokio::join!(change(&one, new[0]), change(&two, new[1])).into();
    let won = answers.iter().position(|code| *code == 0).expect("one of them wins");
    assert!([702, 801].contains(&answers[1 - won]), "{answers:?}");
    server.session(EMAIL, new[won]).await;
    assert_eq!(server.anonymous().code(SIGNIN, &[("login", EMAIL), ("password", new[1 - won])]).await, 701);
}

#[tokio::test]
async fn a_password_is_the_same_in_every_form_of_its_letters() {
    let server = Server::start().await;
    let forms = ["d\u{e9}j\u{e0} vu \u{fc}ber orbit 42", "de\u{301}ja\u{300} vu u\u{308}ber orbit 42"];
    let owner = server.owner().await;
    assert_eq!(owner.code(CHANGE, &[("oldPassword", PASSWORD), ("newPassword", forms[0])]).await, 0);
    for form in forms {
        let owner = server.session(EMAIL, form).await;
        assert_eq!(owner.code("users.authentication.CheckPassword", &[("password", form)]).await, 0);
    }
}

#[tokio::test]
async fn a_set_up_ends_with_the_password_that_began_it() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let secret = owner.post(CONFIG, &[PASS]).await["secret"].clone();
    let new = "four unlikely companions walking";
    assert_eq!(owner.code(CHANGE, &[("oldPassword", PASSWORD), ("newPassword", new)]).await, 0);
    let code = server.code(secret.as_str().unwrap());
    assert_eq!(owner.code(ENABLE, &[("password", new), ("code", &code)]).await, 4);
    let another = owner.post(CONFIG, &[("password", new)]).await["secret"].clone();
    assert!(another.is_string() && another != secret);
    server.advance(TimeDelta::minutes(16));
    assert_ne!(owner.post(CONFIG, &[("password", new)]).await["secret"], another);
    assert_eq!(server.audit().await.iter().filter(|line| line.contains("second-factor.begin")).count(), 3);
}

#[tokio::test]
async fn a_recovery_code_opens_also_after_many_wrong_codes_and_with_other_dashes() {
    let server = Server::start().await;
    let (_, codes) = enable(&server, &server.owner().await).await;
    let half = server.anonymous().post(SIGNIN, LOGIN).await;
    let verify = async |code: &str| {
        server.anonymous().post(VERIFY, &[("session", half["session"].as_str().unwrap()), ("code", code)]).await
    };
    for _ in 0..5 {
        assert_eq!(verify("000000").await["result"], 701);
    }
    let typed = codes[0].to_uppercase().replace('-', "\u{2011}");
    tokio::select! {
        biased;
        _ = futures::future::join_all((0..80).map(|_| verify("000000"))) => panic!("some of them wait for seconds"),
        opened = verify(&typed) => assert_eq!(opened["result"], 0, "{opened}"),
    }
}
