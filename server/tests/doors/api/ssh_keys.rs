//! SSH keys: kept once, under a title of their own, for the user alone.

use serde_json::json;

use crate::support::{PASSWORD, Server};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICtdmoZLXmXVmVKPHqzvEaDX6qNEQVVKbIiJUuzGtQXL";
const ADD: &str = "users.account.AddSSHKey";
const LIST: &str = "users.account.GetSSHKeys";
const DELETE: &str = "users.account.DeleteSSHKey";

#[tokio::test]
async fn a_public_key_is_kept_listed_and_removed() {
    let server = Server::start().await;
    let token = server.token("mgmt.account.AddSSHKey users.account.GetSSHKeys").await;
    let with_comment = format!("{KEY} ada@laptop");
    let added = token.post(ADD, &[("title", "Laptop"), ("sshKey", &with_comment), ("isPrivate", "false")]).await;
    assert_eq!(added["object"]["fingerprint"].as_str().map(|text| text.starts_with("SHA256:")), Some(true), "{added}");
    for (title, key, code) in [
        ("Another", KEY, 6001),
        ("laptop", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 6002),
        ("Broken", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICtdmoZLXmXV", 6000),
        ("Private", "-----BEGIN OPENSSH PRIVATE KEY-----", 6000),
        (" ", KEY, 3),
    ] {
        let refused = token.post(ADD, &[("title", title), ("sshKey", key)]).await;
        assert_eq!(refused["result"], code, "{title}: {refused}");
        assert!(!refused.to_string().contains("AAAAC3"), "what may be private is not repeated: {refused}");
    }
    let list = token.get(LIST, &[("isPrivate", "false")]).await;
    assert_eq!(
        (list["objects"].as_array().map(Vec::len), &list["objects"][0]["sshKey"]),
        (Some(1), &json!(with_comment))
    );
    assert_eq!(token.get(LIST, &[("isPrivate", "true")]).await["objects"], json!([]));
    let id = added["object"]["id"].to_string();
    assert_eq!(token.code(DELETE, &[("id", &id)]).await, 8202);
    server.keyrack.accounts.create_user_with_account("eve@example.org", PASSWORD).await.unwrap();
    let eve = server.session("eve@example.org", PASSWORD).await;
    assert_eq!(eve.get(LIST, &[]).await["objects"], json!([]));
    assert_eq!(eve.code(DELETE, &[("id", &id)]).await, 4);
    assert_eq!(eve.code(ADD, &[("title", "Laptop"), ("sshKey", KEY)]).await, 0, "for her it is new");
    let owner = server.owner().await;
    assert_eq!(owner.code(DELETE, &[("id", &id)]).await, 0);
    assert_eq!(owner.get(LIST, &[]).await["objects"], json!([]));
    let audit = server.audit().await.join("\n");
    assert!(audit.contains("ssh-key.add") && audit.contains("ssh-key.remove"), "{audit}");
}
