//! Mail reaches a real mail server, later where it has to, and never holds a secret.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use keyrack_domain::caller::Client;
use keyrack_domain::settings::Smtp;
use tokio::net::TcpListener;

use crate::smtp::{self, Mail, MailServer};
use crate::support::{EMAIL, PASSWORD, Server};

const CREATE: &[(&str, &str)] =
    &[("description", "Deploy script"), ("apiList", "users.account.GetUserInfo"), ("password", PASSWORD)];

async fn with_mail(url: String) -> Server {
    Server::with(|settings| settings.smtp = Some(Smtp { url, from: "Keyrack <keyrack@example.org>".into() })).await
}

#[tokio::test]
async fn a_new_token_is_told_by_mail_without_its_secret() {
    let mail = MailServer::start(0).await;
    let server = with_mail(smtp::url(mail.address)).await;
    let owner = server.owner().await;
    let made = owner.post("users.authentication.CreateToken", CREATE).await;
    server.keyrack.send_mails().await.unwrap();
    let mails = mail.mails();
    let told: Vec<_> = mails.iter().filter(|mail| mail.data.contains("was generated")).collect();
    assert_eq!(told.len(), 1, "{mails:?}");
    assert_eq!((told[0].from.as_str(), &told[0].to), ("keyrack@example.org", &vec![EMAIL.to_owned()]));
    for mail in &mails {
        assert!(!mail.data.contains("krp_"), "{}", mail.data);
        assert!(!mail.data.contains(made["token"]["key"].as_str().unwrap()), "{}", mail.data);
        assert!(!mail.data.contains(owner.credential()) && !mail.data.contains(PASSWORD), "{}", mail.data);
    }
    server.keyrack.send_mails().await.unwrap();
    assert_eq!(mail.mails().len(), mails.len(), "each is sent once");
}

#[tokio::test]
async fn a_mail_server_that_is_down_holds_nobody_up_and_gets_the_mail_later() {
    let mail = MailServer::start(0).await;
    let (url, port) = (smtp::url(mail.address), mail.address.port());
    drop(mail);
    let server = with_mail(url).await;
    let owner = server.owner().await;
    let begun = Instant::now();
    assert_eq!(owner.code("users.authentication.CreateToken", CREATE).await, 0);
    assert!(begun.elapsed() < Duration::from_secs(5), "the call does not wait for mail");
    server.keyrack.send_mails().await.unwrap();

    let mail = MailServer::start(port).await;
    server.keyrack.send_mails().await.unwrap();
    assert!(mail.mails().is_empty(), "not tried again at once");
    server.advance(TimeDelta::hours(1));
    server.keyrack.send_mails().await.unwrap();
    assert!(mail.mails().iter().any(|mail| mail.data.contains("was generated")), "{:?}", mail.mails());
}

#[tokio::test]
async fn each_mail_has_what_mail_servers_and_automatic_replies_look_for() {
    for (public_url, name) in [
        ("https://keys.example.org", "keys.example.org"),
        ("http://localhost:8080", "localhost"),
        ("http://192.0.2.7:8080", "[192.0.2.7]"),
        ("http://[2001:db8::7]:8080", "[IPv6:2001:db8::7]"),
    ] {
        let mail = MailServer::start(0).await;
        let url = smtp::url(mail.address);
        let server = Server::with(|settings| {
            settings.smtp = Some(Smtp { url, from: "Keyrack <keyrack@example.org>".into() });
            settings.public_url = public_url.into();
        })
        .await;
        let owner = server.owner().await;
        assert_eq!(owner.code("users.authentication.CreateToken", CREATE).await, 0);
        let params = [("email", "bob@example.org"), ("password", PASSWORD)];
        assert_eq!(owner.code("users.collaboration.InviteMember", &params).await, 0);
        server.keyrack.send_mails().await.unwrap();
        let mails = mail.mails();
        assert_eq!(mails.len(), 2, "a notice and an invitation: {mails:?}");
        let mut ids = Vec::new();
        for mail in &mails {
            assert_eq!(mail.hello, name);
            let head = mail.data.split("\n\n").next().unwrap();
            let header = |name: &str| {
                let values: Vec<_> = head.lines().filter_map(|line| line.strip_prefix(&format!("{name}: "))).collect();
                assert_eq!(values.len(), 1, "{name} stands once: {head}");
                values[0].to_owned()
            };
            assert_eq!((header("MIME-Version"), header("Auto-Submitted")), ("1.0".into(), "auto-generated".into()));
            assert!(header("Date").ends_with("+0000"), "{head}");
            let id = header("Message-ID");
            assert!(id.starts_with('<') && id.ends_with(&format!("@{name}>")), "{id}");
            ids.push(id);
        }
        assert_ne!(ids[0], ids[1]);
    }
}

#[tokio::test]
async fn a_mail_tells_the_time_at_which_a_token_ends_unless_it_is_the_end_of_the_day() {
    let mail = MailServer::start(0).await;
    let server = with_mail(smtp::url(mail.address)).await;
    let owner = server.owner().await;
    let day = (server.keyrack.world().now() + TimeDelta::days(20)).format("%Y-%m-%d").to_string();
    for (description, expires) in [("Early", format!("{day} 00:30:00")), ("Late", day.clone())] {
        let params = [
            ("description", description),
            ("apiList", "users.account.GetUserInfo"),
            ("expiresAt", &expires),
            ("password", PASSWORD),
        ];
        assert_eq!(owner.code("users.authentication.CreateToken", &params).await, 0);
    }
    server.advance(TimeDelta::days(15));
    server.keyrack.notices.tell_expiries().await.unwrap();
    server.keyrack.send_mails().await.unwrap();
    let mails = mail.mails();
    let bodies = mails.iter().map(|mail| text(mail).split_once("\n\n").unwrap().1.to_owned());
    let mut ends: Vec<_> =
        bodies.filter_map(|body| body.split_once("refused after ").map(|(_, rest)| rest.to_owned())).collect();
    ends.sort();
    assert_eq!(ends.len(), 2, "{mails:?}");
    let time = |end: &str| end.split(" (UTC)").next().unwrap().split_once(", ").map(|(_, time)| time.to_owned());
    let times: Vec<_> = ends.iter().map(|end| time(end)).collect();
    assert!(times.contains(&None) && times.contains(&Some("00:30".into())), "{ends:?}");
}

/// Quoted-printable writes an equals sign as =3D and breaks long lines.
fn text(mail: &Mail) -> String {
    mail.data.replace("=\n", "").replace("=3D", "=")
}

#[tokio::test]
async fn an_invitation_is_mailed_with_a_link_of_its_own_and_one_of_the_two_counts() {
    let mail = MailServer::start(0).await;
    let server = with_mail(smtp::url(mail.address)).await;
    let owner = server.owner().await;
    let params = [("email", "bob@example.org"), ("password", PASSWORD)];
    let answer = owner.post("users.collaboration.InviteMember", &params).await;
    assert_eq!(answer["mailed"], true, "{answer}");
    assert!(mail.mails().is_empty(), "it is sent later");
    server.keyrack.send_mails().await.unwrap();
    server.keyrack.send_mails().await.unwrap();
    let mails = mail.mails();
    let invitations: Vec<_> = mails.iter().filter(|mail| mail.to == ["bob@example.org"]).collect();
    assert_eq!(invitations.len(), 1);
    let text = text(invitations[0]);
    let mailed = text.split("/invite?token=").nth(1).expect("a link").split_whitespace().next().unwrap();
    let told = answer["link"].as_str().unwrap().split("token=").nth(1).unwrap();
    assert!(!text.contains(told));
    let client = Client::local();
    server.keyrack.members.accept_as_new_user(mailed, "Bob", PASSWORD, &client).await.unwrap();
    assert!(server.keyrack.members.invitation(told).await.is_err(), "the invitation is used up");
}

#[tokio::test]
async fn nobody_waits_for_a_mail_server_that_never_answers() {
    // It takes connections and says nothing, ever.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = with_mail(format!("smtp://{}", silent.local_addr().unwrap())).await;
    let owner = server.owner().await;
    let background = {
        let keyrack = server.keyrack.clone();
        tokio::spawn(async move { keyrack.run_background().await })
    };
    let begun = Instant::now();
    let params = [("email", "bob@example.org"), ("password", PASSWORD)];
    assert_eq!(owner.code("users.collaboration.InviteMember", &params).await, 0);
    assert_eq!(owner.code("users.authentication.CreateToken", CREATE).await, 0);
    // The mailer does try, and is held up alone.
    let (_connection, _) = silent.accept().await.unwrap();
    assert_eq!(owner.code("users.authentication.CreateToken", CREATE).await, 0);
    // The mailer gives up after 20 s; whoever waited for it took longer than that.
    assert!(begun.elapsed() < Duration::from_secs(15));
    background.abort();
}

#[tokio::test]
async fn nobody_writes_headers_of_mails() {
    let mail = MailServer::start(0).await;
    let server = with_mail(smtp::url(mail.address)).await;
    let owner = server.owner().await;
    for description in ["x\r\nBcc: eve@example.org", "x\nBcc: eve@example.org", "x\u{2028}\u{85}Bcc: eve@example.org"] {
        let params = [("description", description), ("apiList", "users.account.GetUserInfo"), ("password", PASSWORD)];
        owner.post("users.authentication.CreateToken", &params).await;
    }
    for email in
        ["bob@example.org\r\nBcc: eve@example.org", "bob@example.org,eve@example.org", "<eve@example.org>bob@a"]
    {
        assert_eq!(
            owner.code("users.collaboration.InviteMember", &[("email", email), ("password", PASSWORD)]).await,
            3
        );
    }
    let long = "Wände=?utf-8?q?=0d=0aBcc:_eve@example.org?=";
    let params = [("description", long), ("apiList", "users.account.GetUserInfo"), ("password", PASSWORD)];
    assert_eq!(owner.code("users.authentication.CreateToken", &params).await, 0);
    server.keyrack.send_mails().await.unwrap();
    let mails = mail.mails();
    assert!(!mails.is_empty());
    for mail in &mails {
        assert_eq!(mail.to, [EMAIL]);
        let head = mail.data.split("\n\n").next().unwrap().to_ascii_lowercase();
        assert!(!head.lines().any(|line| line.starts_with("bcc")), "{head}");
    }
}

#[tokio::test]
async fn each_mail_is_sent_once_also_by_two_at_once_and_much_later() {
    let mail = MailServer::start(0).await;
    let server = with_mail(smtp::url(mail.address)).await;
    let owner = server.owner().await;
    assert_eq!(owner.code("users.authentication.CreateToken", CREATE).await, 0);
    let params = [("email", "bob@example.org"), ("password", PASSWORD)];
    assert_eq!(owner.code("users.collaboration.InviteMember", &params).await, 0);
    let (one, two) = tokio::join!(server.keyrack.send_mails(), server.keyrack.send_mails());
    one.unwrap();
    two.unwrap();
    for _ in 0..3 {
        server.advance(TimeDelta::hours(24));
        server.keyrack.send_mails().await.unwrap();
    }
    let mails = mail.mails();
    let count = |to: &str| mails.iter().filter(|mail| mail.to == [to]).count();
    assert_eq!((count(EMAIL), count("bob@example.org")), (1, 1), "{mails:?}");
}

/// A server whose mail server is down, and the port where that one may come up.
async fn without_mail() -> (Server, u16) {
    let mail = MailServer::start(0).await;
    (with_mail(smtp::url(mail.address)).await, mail.address.port())
}

async fn send_after(server: &Server, seconds: i64) {
    server.advance(TimeDelta::seconds(seconds));
    server.keyrack.send_mails().await.unwrap();
}

#[tokio::test]
async fn the_pauses_between_tries_grow() {
    let (server, port) = without_mail().await;
    assert_eq!(server.owner().await.code("users.authentication.CreateToken", CREATE).await, 0);
    // Tries at once and after half a minute; then it takes a whole one.
    send_after(&server, 0).await;
    send_after(&server, 31).await;
    let mail = MailServer::start(port).await;
    send_after(&server, 31).await;
    assert!(mail.mails().is_empty(), "{:?}", mail.mails());
    send_after(&server, 30).await;
    assert_eq!(mail.mails().len(), 1);
}

#[tokio::test]
async fn a_mail_is_given_up_in_the_end_and_an_expired_invitation_is_not_sent() {
    let (server, port) = without_mail().await;
    assert_eq!(server.owner().await.code("users.authentication.CreateToken", CREATE).await, 0);
    for _ in 0..7 {
        send_after(&server, 2 * 3600).await;
    }
    let params = [("email", "bob@example.org"), ("password", PASSWORD)];
    assert_eq!(server.owner().await.code("users.collaboration.InviteMember", &params).await, 0);
    // The eighth try of the one, the first of the other.
    send_after(&server, 2 * 3600).await;
    let mail = MailServer::start(port).await;
    send_after(&server, 30 * 24 * 3600).await;
    assert!(mail.mails().is_empty(), "{:?}", mail.mails());
}
