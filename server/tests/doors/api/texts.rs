//! Texts that people read: what they may hold, and the order of lists of them.

use serde_json::json;

use crate::support::{PASSWORD, Server, TestClient};

const PASS: (&str, &str) = ("password", PASSWORD);
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICtdmoZLXmXVmVKPHqzvEaDX6qNEQVVKbIiJUuzGtQXL";

/// What each method that takes a text for people answers to this one.
async fn codes(caller: &TestClient<'_>, text: &str) -> Vec<(&'static str, i64)> {
    let env = json!({ "displayName": text, "shortdomain": "texts" }).to_string();
    let email = format!("x{text}@example.org");
    let mut codes = Vec::new();
    for (method, params) in [
        (
            "users.authentication.CreateToken",
            vec![("description", text), ("apiList", "users.account.GetUserInfo"), PASS],
        ),
        ("users.collaboration.InviteMember", vec![("email", email.as_str()), PASS]),
        ("users.account.AddSSHKey", vec![("title", text), ("sshKey", KEY)]),
        ("environment.group.CreateGroup", vec![("envGroup", text)]),
        ("environment.control.CreateEnvironment", vec![("env", env.as_str()), ("nodes", "[]")]),
        (
            "utils.scheduler.CreateAccountTask",
            vec![("script", "environment.control.GetEnvs"), ("trigger", "0 3 * * *"), ("description", text)],
        ),
    ] {
        codes.push((method, caller.code(method, &params).await));
    }
    codes
}

#[tokio::test]
async fn a_text_that_cannot_be_seen_or_reads_as_another_is_refused_wherever_people_read_it() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for text in [
        "\u{200b}",
        "\u{3164}",
        "a\u{2028}b",
        "a\u{202e}b",
        "a\u{e0041}b",
        "\u{2800}",
        "a\u{ad}b",
        "\u{115f}",
        "x\u{feff}y",
    ] {
        for (method, code) in codes(&owner, text).await {
            assert_eq!(code, 3, "{method}: {text:?}");
        }
    }
    assert!(owner.get("users.authentication.GetTokens", &[]).await["apiTokens"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn what_emoji_and_scripts_need_is_kept() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for text in ["❤️ family 👨‍👩‍👧‍👦", "می‌خواهم", "श्री क्‍ष", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]
    {
        let params = [("description", text), ("apiList", "users.account.GetUserInfo"), PASS];
        let made = owner.post("users.authentication.CreateToken", &params).await;
        assert_eq!(made["token"]["description"], text, "{made}");
        assert_eq!(owner.code("environment.group.CreateGroup", &[("envGroup", text)]).await, 0, "{text}");
    }
    // An address needs none of them.
    for text in ["a\u{200d}", "a\u{200c}b", "a\u{fe0f}"] {
        let email = format!("{text}@example.org");
        assert_eq!(owner.code("users.collaboration.InviteMember", &[("email", &email), PASS]).await, 3, "{text:?}");
    }
}

#[tokio::test]
async fn lists_of_names_have_accents_beside_their_base_letters() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for name in ["zoo", "Étape", "apple", "Ärger", "Zebra"] {
        assert_eq!(owner.code("environment.group.CreateGroup", &[("envGroup", name)]).await, 0);
    }
    let list = owner.get("environment.group.GetGroups", &[]).await;
    let names: Vec<_> = list["array"]
        .as_array()
        .unwrap_or_else(|| panic!("{list}"))
        .iter()
        .map(|group| group["name"].clone())
        .collect();
    assert_eq!(json!(names), json!(["apple", "Ärger", "Étape", "Zebra", "zoo"]));
}
