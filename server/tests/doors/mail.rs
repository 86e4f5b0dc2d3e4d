//! Mail reaches a real mail server, later where it has to, and never holds a secret.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use keyrack_domain::settings::Smtp;

use crate::smtp::MailServer;
use crate::support::{EMAIL, PASSWORD, Server};

const CREATE: &[(&str, &str)] =
    &[("description", "Deploy script"), ("apiList", "users.account.GetUserInfo"), ("password", PASSWORD)];

async fn with_mail(url: String) -> Server {
    Server::with(|settings| settings.smtp = Some(Smtp { url, from: "Keyrack <keyrack@example.org>".into() })).await
}

#[tokio::test]
async fn a_new_token_is_told_by_mail_without_its_secret() {
    let mail = MailServer::start(0).await;
    let server = with_mail(mail.url()).await;
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
    let (url, port) = (mail.url(), mail.address.port());
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
async fn an_invitation_is_mailed_with_its_link() {
    let mail = MailServer::start(0).await;
    let server = with_mail(mail.url()).await;
    let params = [("email", "bob@example.org"), ("password", PASSWORD)];
    let answer = server.owner().await.post("users.collaboration.InviteMember", &params).await;
    assert_eq!(answer["mailed"], true, "{answer}");
    let mails = mail.mails();
    let invitation = mails.iter().find(|mail| mail.to == ["bob@example.org"]).expect("an invitation");
    // Quoted-printable writes an equals sign as =3D and breaks long lines.
    let text = invitation.data.replace("=\n", "").replace("=3D", "=");
    assert!(text.contains(answer["link"].as_str().unwrap()), "{text}");
}
