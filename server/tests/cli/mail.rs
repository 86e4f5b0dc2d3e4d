//! The running server sends its mail by itself.

use std::io::BufRead;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::certificates::Authority;
use crate::smtp::{self, Mail, MailServer, Security};
use crate::support::{PASSWORD, Running, create_account};

/// Starts a server that hands its mail in there, and lets it tell of a new token.
async fn tell(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Running {
    create_account(folder, "ada@example.org");
    let server = Running::start_with(folder, &[&["--smtp-from", "keyrack@example.org"], args].concat(), variables);
    let url = server.url("/1.0/users/authentication/rest/");
    let call = async |method: &str, form: &[(&str, &str)]| {
        let answer = reqwest::Client::new().post(format!("{url}{method}")).form(form).send().await.unwrap();
        answer.json::<serde_json::Value>().await.unwrap()
    };
    let session = call("signin", &[("login", "ada@example.org"), ("password", PASSWORD)]).await;
    let form = [
        ("session", session["session"].as_str().unwrap()),
        ("password", PASSWORD),
        ("description", "Deploy script"),
        ("tokenTemplate", "IDE Plugins"),
    ];
    assert_eq!(call("createtoken", &form).await["result"], 0);
    server
}

async fn mail_about_a_new_token(mail: &MailServer) -> Mail {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(mail) = mail.mails().into_iter().find(|mail| mail.data.contains("was generated")) {
            return mail;
        }
        assert!(Instant::now() < until, "no mail: {:?}", mail.mails());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_new_token_is_told_by_mail() {
    let folder = tempfile::tempdir().unwrap();
    let mail = MailServer::start(0).await;
    let _server = tell(folder.path(), &["--smtp", &smtp::url(mail.address)], &[]).await;
    mail_about_a_new_token(&mail).await;
    for mail in mail.mails() {
        assert_eq!(mail.from, "keyrack@example.org");
        assert!(mail.data.contains("http://localhost:"), "{mail:?}");
    }
}

#[tokio::test]
async fn a_mail_server_with_a_certificate_of_an_own_authority_is_trusted_through_the_trust_store_of_the_system() {
    let authority = Authority::generate();
    let certificate = authority.sign("localhost");
    let acceptor = smtp::acceptor(&certificate.pem, &certificate.key);
    for (security, scheme, query) in
        [(Security::Tls(acceptor.clone()), "smtps", ""), (Security::StartTls(acceptor), "smtp", "?tls=required")]
    {
        for store in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
            let folder = tempfile::tempdir().unwrap();
            let trusted = folder.path().join("trusted");
            std::fs::create_dir(&trusted).unwrap();
            // The name that a folder of certificates needs; only its form is looked at.
            let file = trusted.join("0123abcd.0");
            std::fs::write(&file, &authority.pem).unwrap();
            let place = if store == "SSL_CERT_FILE" { &file } else { &trusted };
            let mail = MailServer::start_with(0, security.clone()).await;
            let url = format!("{scheme}://localhost:{}{query}", mail.address.port());
            let data = folder.path().join("data");
            let _server = tell(&data, &["--smtp", &url], &[(store, place.to_str().unwrap())]).await;
            mail_about_a_new_token(&mail).await;
        }
    }
}

#[tokio::test]
async fn a_mail_server_that_nothing_vouches_for_gets_no_mail() {
    let certificate = Authority::generate().sign("localhost");
    let security = Security::Tls(smtp::acceptor(&certificate.pem, &certificate.key));
    let folder = tempfile::tempdir().unwrap();
    let mail = MailServer::start_with(0, security).await;
    let url = format!("smtps://localhost:{}", mail.address.port());
    create_account(folder.path(), "ada@example.org");
    let args = ["--smtp", &url, "--smtp-from", "keyrack@example.org"];
    let (server, log) = Running::start_with_log(folder.path(), &args, "debug");
    let mut lines = log.lines().map(Result::unwrap);
    let form = [("login", "ada@example.org"), ("password", PASSWORD)];
    let signin = reqwest::Client::new().post(server.url("/1.0/users/authentication/rest/signin")).form(&form);
    let session: serde_json::Value = signin.send().await.unwrap().json().await.unwrap();
    let form = [
        ("session", session["session"].as_str().unwrap()),
        ("password", PASSWORD),
        ("description", "Deploy script"),
        ("tokenTemplate", "IDE Plugins"),
    ];
    let create = reqwest::Client::new().post(server.url("/1.0/users/authentication/rest/createtoken")).form(&form);
    create.send().await.unwrap();
    let line = tokio::task::spawn_blocking(move || lines.find(|line| line.contains("mail not sent"))).await.unwrap();
    assert!(line.as_deref().is_some_and(|line| line.contains("UnknownIssuer")), "{line:?}");
    assert!(mail.mails().is_empty());
}
