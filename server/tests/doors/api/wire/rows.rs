//! The platform's wire, row by row: what clients that were written for it rely on.

use axum::body::Body;
use http::{Method, Request, header};
use keyrack_server::dispatch::registry::Registry;
use serde_json::{Value, json};

use super::{CHECK, FORM, get, post};
use crate::support::{Server, TestClient, Wire, form, path};

const INFO: &str = "users.account.GetUserInfo";
const ENVS: &str = "environment.control.GetEnvs";
const CREATE: &str = "users.authentication.CreateToken";

/// The methods of a token that was made with this list.
async fn ticked(owner: &TestClient<'_>, list: &[(&str, &str)]) -> Vec<String> {
    let mut params = vec![("description", "A"), ("password", crate::support::PASSWORD)];
    params.extend(list);
    let answer = owner.post(CREATE, &params).await;
    let items = answer["token"]["apiListItems"].as_array().unwrap_or_else(|| panic!("{list:?}: {answer}"));
    items.iter().map(|item| item["method"].as_str().unwrap().to_owned()).collect()
}

/// A credential for every method of this file that reads something.
async fn reader(server: &Server) -> TestClient<'_> {
    server.token(&format!("{INFO},{ENVS}")).await
}

#[tokio::test]
async fn url_is_version_service_class_rest_method() {
    let server = Server::start().await;
    let reader = reader(&server).await;
    let uri = format!("/1.0/users/account/rest/getuserinfo?session={}", reader.credential());
    assert_eq!(server.send(get(uri)).await.json()["email"], crate::support::EMAIL);
}

#[tokio::test(flavor = "multi_thread")]
async fn doc_example_answers_exactly_result_0() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let nodes = r#"[{"nodeGroup":"cp","docker":{"image":"keyrack/web:2"}}]"#;
    let env = r#"{"shortdomain":"name"}"#;
    let made = owner.post("environment.control.CreateEnvironment", &[("env", env), ("nodes", nodes)]).await;
    assert_eq!(made["result"], 0, "{made}");
    let token = server.token("environment.control.StopEnv").await;
    let uri = format!("/1.0/environment/control/rest/stopenv?envName=NAME&session={}", token.credential());
    assert_eq!(server.send(get(uri)).await.text, r#"{"result":0}"#);
    server.keyrack.environments.stop_all().await;
}

#[tokio::test]
async fn path_case_does_not_matter() {
    let server = Server::start().await;
    let secret = reader(&server).await.credential().to_owned();
    for path in [
        "/1.0/users/authentication/rest/CheckSign",
        "/1.0/Users/Authentication/REST/checksign",
        "/1.0/USERS/AUTHENTICATION/REST/CHECKSIGN/",
    ] {
        assert_eq!(server.send(get(format!("{path}?session={secret}"))).await.json()["result"], 0, "{path}");
    }
}

#[tokio::test]
async fn verbs_are_get_post_with_a_form_and_post_with_a_query() {
    let server = Server::start().await;
    let secret = reader(&server).await.credential().to_owned();
    let path = path(CHECK);
    let query = format!("{path}?session={secret}");
    let multipart = format!(
        "--b\r\nContent-Disposition: form-data; name=\"session\"\r\n\r\n{secret}\r\n--b\r\nContent-Disposition: form-data; \
         name=\"charset\"\r\n\r\nUTF-8\r\n--b--\r\n"
    );
    for request in [
        get(&query),
        post(&path, Some(FORM), format!("session={secret}")),
        post(&path, Some("application/x-www-form-urlencoded; charset=UTF-8"), format!("Session={secret}")),
        post(&path, Some("multipart/form-data; boundary=b"), multipart.clone()),
        post(&path, Some("multipart/form-data; boundary=\"b\"; charset=UTF-8"), multipart),
        // Some libraries do not say what they send, or send nothing and say what it would have been.
        post(&path, None, format!("session={secret}")),
        post(&query, None, ""),
        post(&query, Some(FORM), ""),
        post(&query, Some("application/json"), ""),
        post(&query, Some("multipart/form-data; boundary=x"), ""),
    ] {
        let line = format!("{} {} {:?}", request.method(), request.uri(), request.headers());
        assert_eq!(server.send(request).await.json()["result"], 0, "{line}");
    }
}

#[tokio::test]
async fn get_is_refused_for_methods_that_take_a_password_to_sign_in_or_to_change() {
    let server = Server::start().await;
    for method in ["users.authentication.Signin", "users.account.ChangePassword"] {
        let answer = server.anonymous().get(method, &[("login", "x"), ("password", "y")]).await;
        assert_eq!(answer["result"], 9, "{method}");
        assert!(answer["error"].as_str().unwrap().contains("POST"), "{answer}");
    }
}

#[tokio::test]
async fn length_of_a_get_may_be_what_the_platform_documents_and_more() {
    let server = Server::start().await;
    let reader = reader(&server).await;
    for length in [2048, 30_000] {
        assert_eq!(reader.get(CHECK, &[("hx_lang", &"x".repeat(length))]).await["result"], 0, "{length}");
    }
}

#[tokio::test]
async fn encoding_is_percent_encoded_utf_8_in_any_order() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let description = "Ключ & Schlüssel = 鍵 + 🔑 100%";
    let params = [("apiList", INFO), ("description", description), ("password", crate::support::PASSWORD)];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let answer = owner.post(CREATE, &order.map(|at| params[at])).await;
        assert_eq!(answer["token"]["description"], description, "{order:?}");
    }
}

#[tokio::test]
async fn null_fields_are_left_out() {
    fn no_nulls(value: &Value) -> bool {
        match value {
            Value::Null => false,
            Value::Array(items) => items.iter().all(no_nulls),
            Value::Object(fields) => fields.values().all(no_nulls),
            _ => true,
        }
    }
    let server = Server::start().await;
    let owner = server.owner().await;
    server.token(INFO).await;
    for method in Registry::all().methods() {
        let example: Value = serde_json::from_str(method.answer).unwrap();
        assert!(no_nulls(&example), "{}", method.name);
    }
    let tokens = owner.get("users.authentication.GetTokens", &[]).await;
    // It never ends and was never used, so neither date is there.
    let token = &tokens["apiTokens"][0];
    assert!(token.get("expiresAt").is_none() && token.get("lastUsed").is_none() && no_nulls(&tokens), "{tokens}");
}

#[tokio::test]
async fn credentials_come_as_session_or_token_and_are_sessions_or_tokens() {
    let server = Server::start().await;
    let (owner, reader) = (server.owner().await, reader(&server).await);
    for credential in [owner.credential(), reader.credential()] {
        for name in ["session", "token", "SESSION", "Token"] {
            assert_eq!(server.anonymous().get(CHECK, &[(name, credential)]).await["result"], 0, "{name}");
            assert_eq!(server.anonymous().post(CHECK, &[(name, credential)]).await["result"], 0, "{name}");
        }
    }
}

#[tokio::test]
async fn appid_is_ignored() {
    let server = Server::start().await;
    let reader = reader(&server).await;
    for appid in ["cluster", "1dd8d191d38fff45e62564fcf67fdcd6", ""] {
        assert_eq!(reader.get(ENVS, &[("appid", appid)]).await["result"], 0, "{appid}");
    }
}

#[tokio::test]
async fn no_env_name_means_the_account() {
    let server = Server::start().await;
    assert_eq!(reader(&server).await.get(ENVS, &[]).await, json!({"result": 0, "infos": []}));
}

#[tokio::test]
async fn other_params_are_ignored() {
    let server = Server::start().await;
    let reader = reader(&server).await;
    let others = [("charset", "UTF-8"), ("hx_lang", "en"), ("ruk", "7"), ("actionkey", "a;b"), ("checksum", " ")];
    assert_eq!(reader.get(CHECK, &others).await["result"], 0);
    assert_eq!(reader.post(CHECK, &[("no", "such"), ("no", "thing")]).await["result"], 0);
}

#[tokio::test]
async fn param_name_case_does_not_matter() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for name in ["envName", "envname", "ENVNAME", "EnvName"] {
        let answer = owner.get("environment.control.GetEnvInfo", &[(name, "nothing")]).await;
        assert_eq!(answer["result"], 11, "{name}: {answer}");
    }
}

#[tokio::test]
async fn empty_value_is_absent() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let answer = owner.get("environment.control.GetEnvInfo", &[("envName", "")]).await;
    assert_eq!(answer["error"], "invalid parameter [envName]: it is required");
    // As a client sends all that it does not know: an empty number would be refused.
    let answer = owner.post("environment.file.Read", &[("envName", "x"), ("path", "/a"), ("nodeId", "")]).await;
    assert_eq!(answer["result"], 11, "{answer}");
}

#[tokio::test]
async fn booleans_have_three_spellings() {
    let server = Server::start().await;
    let reader = reader(&server).await;
    for value in ["true", "false", "True", "False", "1", "0"] {
        assert_eq!(reader.get(ENVS, &[("lazy", value)]).await["result"], 0, "{value}");
    }
    assert_eq!(reader.get(ENVS, &[("lazy", "perhaps")]).await["result"], 3);
}

#[tokio::test]
async fn list_separators_are_comma_semicolon_and_blanks_and_a_star_is_all() {
    let server = Server::with(|settings| settings.token_limit = 1000).await;
    let owner = server.owner().await;
    let (one, two) = ("environment.control.GetEnvs", "users.account.GetUserInfo");
    for list in [format!("{one},{two}"), format!("{one};{two}"), format!("{one}, {two}"), format!("{one} ; {two}")] {
        assert_eq!(ticked(&owner, &[("apiList", &list)]).await, [one, two], "{list}");
    }
    let listed = |ids: &'static str| {
        let owner = owner.clone();
        async move { owner.get("users.authentication.GetTokens", &[("ids", ids)]).await["apiTokens"].clone() }
    };
    for ids in ["1;3", "1,3", "1, 3", "[1,3]"] {
        assert_eq!(listed(ids).await.as_array().unwrap().len(), 2, "{ids}");
    }
    assert_eq!(listed("*").await.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn http_status_is_200_for_errors_too() {
    let server = Server::start().await;
    for uri in ["/1.0/users/account/rest/getuserinfo?session=x", "/1.0/no/such/rest/thing", "/1.0/"] {
        let reply = server.send(get(uri)).await;
        assert_eq!(reply.status, 200, "{uri}");
        assert_ne!(reply.json()["result"], 0, "{uri}");
    }
}

#[tokio::test]
async fn envelope_is_result_error_source() {
    let server = Server::start().await;
    let keys = |value: Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for (credential, source) in [("x", "hx-core"), ("", "JEL")] {
        let answer = server.anonymous().get(CHECK, &[("session", credential)]).await;
        assert_eq!(answer["source"], source, "{answer}");
        assert_eq!(keys(answer), ["error", "result", "source"]);
    }
}

#[tokio::test]
async fn success_carries_no_error_and_every_failure_does() {
    // Every other test asks this too: `Reply::json` holds it for each answer that it reads.
    let server = Server::start().await;
    let reader = reader(&server).await;
    assert!(reader.get(CHECK, &[]).await.get("error").is_none());
    for request in [get("/1.0"), get("/1.0/users/account/rest/getuserinfo"), post(&path(CHECK), Some("x"), "y")] {
        let answer = server.send(request).await.json();
        assert!(!answer["error"].as_str().unwrap().is_empty(), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nested_result_stands_in_the_response_of_script_backed_methods() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let nodes = r#"[{"nodeGroup":"cp","docker":{"image":"keyrack/web:2"}}]"#;
    let create = [("env", r#"{"shortdomain":"nested"}"#), ("nodes", nodes)];
    let made = owner.post("environment.control.CreateEnvironment", &create).await;
    assert_eq!((&made["result"], &made["response"]["result"]), (&json!(0), &json!(0)), "{made}");
    let change = [("envName", "nested"), ("env", "{}"), ("nodes", nodes)];
    let changed = owner.post("environment.control.ChangeTopology", &change).await;
    assert_eq!((&changed["result"], &changed["response"]["result"]), (&json!(0), &json!(0)), "{changed}");
    let run = [("envName", "nested"), ("nodeGroup", "cp"), ("commandList", r#"[{"command":"echo hi"}]"#)];
    let ran = owner.post("environment.control.ExecCmdByGroup", &run).await;
    let response = &ran["responses"][0];
    assert_eq!((&response["result"], &response["out"], &response["errOut"]), (&json!(0), &json!("hi\n"), &json!("")));
    assert!(response["nodeid"].is_i64(), "{ran}");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test]
async fn response_headers_are_those_of_the_platform() {
    let server = Server::start().await;
    let reader = reader(&server).await;
    for reply in [reader.send(Method::GET, CHECK, &[]).await, server.send(get("/1.0/no/such/rest/thing")).await] {
        reply.json();
        for (name, value) in [
            ("content-type", "application/json; charset=utf-8"),
            ("access-control-allow-origin", "*"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(reply.headers[name], value, "{name}");
        }
        assert!(!reply.headers.contains_key("set-cookie"));
    }
    // A script of another site asks first.
    let request = Request::builder().method(Method::OPTIONS).uri(path(CHECK)).body(Body::empty()).unwrap();
    let reply = server.send(request).await;
    assert_eq!(reply.status, 204);
    let allowed = reply.headers["access-control-allow-headers"].to_str().unwrap();
    assert!(allowed.starts_with("authorization, content-type, "), "{allowed}");
    assert!(!reply.headers.contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn no_user_agent_is_needed() {
    let server = Server::start().await;
    let reader = reader(&server).await;
    let request = get(format!("{}?session={}", path(CHECK), reader.credential()));
    assert!(!request.headers().contains_key(header::USER_AGENT));
    assert_eq!(server.send(request).await.json()["result"], 0);
}

#[tokio::test]
async fn get_with_a_json_content_type_works() {
    let server = Server::start().await;
    let reader = reader(&server).await;
    let uri = format!("{}?session={}", path(CHECK), reader.credential());
    for kind in ["application/json", "text/xml", "nonsense"] {
        let mut request = get(&uri);
        request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().unwrap());
        assert_eq!(server.send(request).await.json()["result"], 0, "{kind}");
    }
    // Over a socket too, with the body that some clients send along.
    let wire = Wire::listen(&server).await;
    let request = wire.request(Method::GET, &path(CHECK)).bearer_auth(reader.credential());
    let answer = request.header(header::CONTENT_TYPE, "application/json").body("{}").send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["result"], 0);
}

#[tokio::test]
async fn unknown_service_or_method_is_said_before_a_credential_is_asked_for() {
    let server = Server::start().await;
    for (uri, code, text) in [
        ("/1.0/users/authentication/rest/nosuch", 6, "method not found [users.authentication.nosuch]"),
        ("/1.0/users/nosuch/rest/checksign", 5, "service not found [users.nosuch]"),
        ("/1.0/nosuch/authentication/rest/checksign", 5, "service not found [nosuch.authentication]"),
        ("/1.0/users/authentication/checksign", 5, "service not found [users.authentication]"),
        ("/1.0/", 5, "service not found [.]"),
        ("/1.0", 5, "service not found [.]"),
        ("/1.0/%F0%28/a%00b/rest/c", 5, "service not found [?.?]"),
    ] {
        let answer = server.send(get(uri)).await.json();
        assert_eq!(answer["result"], code, "{uri}");
        assert_eq!(answer["error"], text, "{uri}");
        assert_eq!(server.send(post(uri, Some(FORM), "a=b")).await.json()["result"], code, "{uri}");
    }
}

#[tokio::test]
async fn docs_link_leads_to_the_section_of_the_method() {
    let server = Server::start().await;
    let mut class_page = (String::new(), String::new());
    for method in Registry::all().docs() {
        let (class, name) = method.info.name.rsplit_once('.').unwrap();
        if class_page.0 != class {
            let reply = server.send(get(format!("/docs/api/{class}"))).await;
            assert_eq!(reply.status, 200, "{class}");
            class_page = (class.to_owned(), reply.text);
        }
        assert!(class_page.1.contains(&format!("id=\"{name}\"")), "{class}#{name}");
    }
}

#[tokio::test]
async fn scripting_names_are_understood_with_their_aliases() {
    let server = Server::with(|settings| settings.token_limit = 1000).await;
    let owner = server.owner().await;
    for (written, meant) in [
        ("jelastic.environment.control.StopEnv", "environment.control.StopEnv"),
        ("env.control.StopEnv", "environment.control.StopEnv"),
        ("ENV.Control.stopenv", "environment.control.StopEnv"),
        ("users.auth.CheckSign,env.control.GetEnvs", "environment.control.GetEnvs"),
    ] {
        assert!(ticked(&owner, &[("apiList", written)]).await.contains(&meant.to_owned()), "{written}");
    }
    // A repeated form field is a list too.
    assert_eq!(form(&[("a", "b")]), "a=b");
    let both = ticked(&owner, &[("apiList", INFO), ("apiList", ENVS)]).await;
    assert_eq!(both, [ENVS, INFO]);
}
