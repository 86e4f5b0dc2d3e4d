//! Members through the API.

use keyrack_domain::accounts::Confirmation;
use keyrack_domain::caller::Client;
use keyrack_domain::tokens::TokenChange;
use serde_json::{Value, json};

use crate::support::{EMAIL, PASSWORD, Server, TestClient};

const INVITE: &str = "users.collaboration.InviteMember";
const RESEND: &str = "users.collaboration.ResendMemberInvitation";
const MEMBERS: &str = "users.collaboration.GetMembers";
const EDIT: &str = "users.collaboration.EditMember";
const DELETE: &str = "users.collaboration.DeleteMember";
const LEAVE: &str = "users.collaboration.LeaveCollaboration";
const ACCOUNTS: &str = "users.collaboration.GetCollaborations";
const ROLES: &str = "users.collaboration.GetRoles";
const ROLE_METHODS: &str = "users.collaboration.GetCollaborationRoleMethods";
const RIGHTS: &str = "users.collaboration.CheckEnvironmentRights";
const CHECK: &str = "users.authentication.CheckSign";
const STOP: &str = "environment.control.StopEnv";
const PASS: (&str, &str) = ("password", PASSWORD);
const BOB: &str = "bob@example.org";

/// Invites Bob and lets him follow the link; answers him, in a session in the inviting account.
async fn bob<'a>(server: &'a Server, owner: &TestClient<'_>, role: &str) -> TestClient<'a> {
    invite_as(server, owner, BOB, role).await;
    server.session(BOB, PASSWORD).await
}

/// Makes somebody a member of the account, by an invitation and its link.
pub async fn invite_as(server: &Server, owner: &TestClient<'_>, email: &str, role: &str) {
    let answer = owner.post(INVITE, &[("email", email), ("role", role), PASS]).await;
    let secret = secret(&answer);
    server.keyrack.members.accept_as_new_user(&secret, "Bob", PASSWORD, &Client::local()).await.unwrap();
}

fn secret(answer: &Value) -> String {
    let link = answer["link"].as_str().unwrap_or_else(|| panic!("a link: {answer}"));
    link.strip_prefix("http://localhost:8080/invite?token=").unwrap_or_else(|| panic!("{link}")).to_owned()
}

async fn members(owner: &TestClient<'_>) -> Vec<Value> {
    owner.get(MEMBERS, &[]).await["collaborations"].as_array().unwrap().clone()
}

#[tokio::test]
async fn somebody_is_invited_by_a_link_that_works_once() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let answer = owner.post(INVITE, &[("email", "Bob@Example.org"), ("role", "2"), PASS]).await;
    assert_eq!(answer["mailed"], false);
    assert_eq!(answer["collaboration"]["email"], BOB);
    assert_eq!(answer["collaboration"]["role"], json!({"id": 2, "name": "manager"}));
    let listed = members(&owner).await;
    let pending = listed.iter().find(|one| one["status"] == "PENDING").unwrap();
    let id = pending["id"].as_i64().unwrap();
    assert!(id < 0, "{pending}");
    assert_eq!(pending["id"], answer["collaboration"]["id"]);

    let again = owner.post(RESEND, &[("id", &id.to_string()), PASS]).await;
    assert_eq!(again["collaboration"]["role"]["name"], "manager");
    let local = Client::local();
    let former = server.keyrack.members.accept_as_new_user(&secret(&answer), "Bob", PASSWORD, &local).await;
    assert!(former.is_err(), "the former link is worth nothing");
    server.keyrack.members.accept_as_new_user(&secret(&again), "Bob", PASSWORD, &local).await.unwrap();
    assert!(server.keyrack.members.accept_as_new_user(&secret(&again), "Bob", PASSWORD, &local).await.is_err());
    let listed = members(&owner).await;
    let bob = listed.iter().find(|one| one["email"] == BOB).unwrap();
    assert_eq!((&bob["status"], &bob["displayName"]), (&"ACTIVE".into(), &"Bob".into()));
    assert_eq!(owner.code(RESEND, &[("id", &id.to_string()), PASS]).await, 4);
    assert_eq!(owner.code(INVITE, &[("email", BOB), PASS]).await, 9, "a member already");
}

#[tokio::test]
async fn an_invitation_is_taken_back() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let answer = owner.post(INVITE, &[("email", BOB), PASS]).await;
    assert_eq!(answer["collaboration"]["role"]["name"], "viewer", "who does not say gives away the least");
    let id = answer["collaboration"]["id"].to_string();
    assert_eq!(owner.code(DELETE, &[("id", &id), PASS]).await, 0);
    assert_eq!(members(&owner).await.len(), 1);
    assert_eq!(owner.code(DELETE, &[("id", &id), PASS]).await, 4);
}

#[tokio::test]
async fn a_lowered_role_narrows_the_members_token_at_once() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let bob = bob(&server, &owner, "manager").await;
    let made = bob.post("users.authentication.CreateToken", &[("description", "x"), ("apiList", STOP), PASS]).await;
    let token = server.bearer(made["token"]["key"].as_str().unwrap());
    assert_ne!(token.code(STOP, &[("envName", "nowhere")]).await, 8202);
    let id = bob.get("users.account.GetUserInfo", &[]).await["uid"].to_string();
    let answer = owner.post(EDIT, &[("id", &id), ("role", "viewer"), PASS]).await;
    assert_eq!(answer["collaboration"]["role"]["name"], "viewer", "{answer}");
    assert_eq!(token.code(STOP, &[("envName", "nowhere")]).await, 8202);
    assert_eq!(bob.code(STOP, &[("envName", "nowhere")]).await, 8);
    let wrong = owner.post(EDIT, &[("id", &id), ("role", "king"), PASS]).await;
    assert!(wrong["error"].as_str().unwrap().starts_with("invalid parameter [role]: "), "{wrong}");
}

#[tokio::test]
async fn removing_a_member_decides_on_each_token() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let bob = bob(&server, &owner, "manager").await;
    let mut secrets = Vec::new();
    for _ in 0..3 {
        let params = [("description", "x"), ("apiList", "users.account.GetUserInfo"), PASS];
        let made = bob.post("users.authentication.CreateToken", &params).await;
        secrets.push(made["token"]["key"].as_str().unwrap().to_owned());
    }
    let id = bob.get("users.account.GetUserInfo", &[]).await["uid"].to_string();
    let silent = owner.post(DELETE, &[("id", &id), PASS]).await;
    assert!(silent["error"].as_str().unwrap().starts_with("invalid parameter [tokens]: "), "{silent}");
    let fates = r#"{"1":"keep","2":"transfer","3":"revoke"}"#;
    let answer = owner.post(DELETE, &[("id", &id), ("tokens", fates), PASS]).await;
    assert_eq!(answer["tokens"].as_array().unwrap().len(), 1, "{answer}");
    let transferred = answer["tokens"][0]["key"].as_str().unwrap();
    let mut codes = Vec::new();
    for secret in secrets.iter().map(String::as_str).chain([transferred]) {
        codes.push(server.bearer(secret).code(CHECK, &[]).await);
    }
    assert_eq!(codes, [0, 702, 702, 0]);
    assert_eq!(bob.code(CHECK, &[]).await, 702);
    let info = server.bearer(&secrets[0]).get("users.account.GetUserInfo", &[]).await;
    assert_eq!(info["email"], EMAIL, "it is the remover's now");
}

#[tokio::test]
async fn a_manager_who_takes_an_owners_token_in_hand_stays_a_manager() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let bob = bob(&server, &owner, "manager").await;
    let new = [("description", "x"), ("apiList", "users.account.GetUserInfo"), PASS];
    let made = owner.post("users.authentication.CreateToken", &new).await;
    let id = made["token"]["id"].to_string();
    // Sharing is for the dashboard.
    let caller = server.keyrack.accounts.authenticate(owner.credential()).await.unwrap();
    let password = Confirmation::password(PASSWORD);
    let confirmed = server.keyrack.accounts.confirm(&caller, &Client::local(), &password).await.unwrap();
    let share = TokenChange { shared: Some(true), ..TokenChange::default() };
    server.keyrack.tokens.edit(&confirmed, id.parse().unwrap(), None, &share).await.unwrap();
    let first = server.bearer(made["token"]["key"].as_str().unwrap());
    let who = async |caller: &TestClient<'_>| caller.get("users.account.GetUserInfo", &[]).await["email"].clone();
    assert_eq!(who(&first).await, EMAIL);
    let edit = [("id", id.as_str()), ("tokenTemplate", "Extended Access"), PASS];
    assert_eq!(bob.code("users.authentication.EditToken", &edit).await, 0);
    assert_eq!(who(&first).await, BOB);
    let renewed = bob.post("users.authentication.RegenerateToken", &[("id", &id), PASS]).await;
    let key = renewed["token"]["key"].as_str().unwrap();
    assert_eq!(who(&server.bearer(key)).await, BOB);
    let opened = server.anonymous().post("users.authentication.SigninByToken", &[("token", key)]).await;
    let session = server.bearer(opened["session"].as_str().unwrap_or_else(|| panic!("{opened}")));
    assert_eq!(who(&session).await, BOB);
    // Whatever becomes of Bob's own tokens, this one goes too.
    let bob_id = bob.get("users.account.GetUserInfo", &[]).await["uid"].to_string();
    assert_eq!(owner.code(DELETE, &[("id", &bob_id), ("tokens", "revoke"), PASS]).await, 0);
    assert_eq!(server.bearer(key).code(CHECK, &[]).await, 702);
    assert_eq!(session.code(CHECK, &[]).await, 702);
}

#[tokio::test]
async fn only_the_owner_changes_members_and_no_token_does() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let manager = bob(&server, &owner, "manager").await;
    let token = server.extended_token().await;
    for method in [INVITE, RESEND, EDIT, DELETE] {
        let params = [("email", "eve@example.org"), ("id", "1"), ("role", "viewer"), ("tokens", "revoke"), PASS];
        assert_eq!(manager.code(method, &params).await, 8, "{method}");
        assert_eq!(token.code(method, &params).await, 8202, "{method}");
        assert_eq!(owner.code(method, &params[..4]).await, 3, "{method} without the password");
    }
    assert_eq!(members(&owner).await.len(), 2);
    assert_eq!(members(&manager).await.len(), 2);
    assert_eq!(owner.code(EDIT, &[("id", "1"), ("role", "viewer"), PASS]).await, 8, "an owner has to be left");
}

#[tokio::test]
async fn roles_and_what_they_open_are_told() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let roles = owner.get(ROLES, &[]).await;
    let names: Vec<_> = roles["roles"].as_array().unwrap().iter().map(|role| role["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["owner", "manager", "viewer"]);
    assert_eq!(owner.get(ROLES, &[("id", "2")]).await["roles"][0]["name"], "manager");
    let opened = async |role: &str| {
        let answer = owner.get(ROLE_METHODS, &[("roleId", role)]).await;
        answer["array"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (all, some, few) = (opened("1").await, opened("manager").await, opened("VIEWER").await);
    assert!(all.len() > some.len() && some.len() > few.len());
    assert!(some.iter().any(|name| name == STOP) && !few.iter().any(|name| name == STOP));
}

#[tokio::test]
async fn rights_are_told_before_they_are_needed() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let token = server.token(&format!("{RIGHTS},users.account.GetUserInfo")).await;
    assert_eq!(owner.code(RIGHTS, &[("serviceMethod", "env.control.StopEnv")]).await, 0);
    assert_eq!(token.code(RIGHTS, &[("serviceMethod", "users.account.GetUserInfo")]).await, 0);
    let both = "users.account.GetUserInfo,environment.control.StopEnv";
    let answer = token.post(RIGHTS, &[("serviceMethod", both)]).await;
    assert_eq!((&answer["result"], &answer["error"]), (&8.into(), &format!("no permission to call {STOP}").into()));
    assert_eq!(token.code(RIGHTS, &[("serviceMethod", both), ("isAny", "true")]).await, 0);
    assert_eq!(owner.code(RIGHTS, &[("serviceMethod", "no.such.Method")]).await, 3);
}

#[tokio::test]
async fn somebody_in_several_accounts_sees_them() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let accounts = owner.get(ACCOUNTS, &[]).await;
    let accounts = accounts["collaborations"].as_array().unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!((&accounts[0]["current"], &accounts[0]["role"]["name"]), (&true.into(), &"owner".into()));
}

#[tokio::test]
async fn a_member_leaves_and_the_last_owner_stays() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let bob = bob(&server, &owner, "manager").await;
    let made = bob.post("users.authentication.CreateToken", &[("description", "x"), ("apiList", STOP), PASS]).await;
    let token = server.bearer(made["token"]["key"].as_str().unwrap());
    assert_eq!(token.code(LEAVE, &[("id", "1"), PASS]).await, 8202);
    assert_eq!(bob.code(LEAVE, &[("id", "1")]).await, 3, "the password is needed");
    assert_eq!(bob.code(LEAVE, &[("id", "99"), PASS]).await, 4);
    let silent = bob.post(LEAVE, &[("id", "1"), PASS]).await;
    assert!(silent["error"].as_str().unwrap().starts_with("invalid parameter [tokens]: "), "{silent}");
    assert_eq!(bob.code(LEAVE, &[("id", "1"), ("tokens", "keep"), PASS]).await, 3);
    assert_eq!(owner.code(LEAVE, &[("id", "1"), ("tokens", "revoke"), PASS]).await, 8, "an owner has to be left");
    assert_eq!(bob.code(LEAVE, &[("id", "1"), ("tokens", "revoke"), PASS]).await, 0);
    assert_eq!(bob.code(CHECK, &[]).await, 702);
    assert_eq!(token.code(CHECK, &[]).await, 702);
    assert_eq!(members(&owner).await.len(), 1);
}
