//! The running server sends its mail by itself.

use std::time::{Duration, Instant};

use crate::smtp::{self, MailServer};
use crate::support::{PASSWORD, Running, create_account};

#[tokio::test]
async fn a_new_token_is_told_by_mail() {
    let folder = tempfile::tempdir().unwrap();
    let mail = MailServer::start(0).await;
    create_account(folder.path(), "ada@example.org");
    let server =
        Running::start(folder.path(), &["--smtp", &smtp::url(mail.address), "--smtp-from", "keyrack@example.org"]);
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
    let until = Instant::now() + Duration::from_secs(30);
    while !mail.mails().iter().any(|mail| mail.data.contains("was generated")) {
        assert!(Instant::now() < until, "no mail: {:?}", mail.mails());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for mail in mail.mails() {
        assert_eq!(mail.from, "keyrack@example.org");
        assert!(mail.data.contains("http://localhost:"), "{mail:?}");
    }
}
