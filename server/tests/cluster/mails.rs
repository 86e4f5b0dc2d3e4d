//! Each mail is sent once, by one of the servers, also when that one dies.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::smtp::{self, Mail, MailServer};
use crate::support::{Database, EMAIL, PASSWORD, Server, until};

/// Who sends the mail.
const SENDER: &str = "keyrack@example.org";

/// Stands between one server and the mail server. While it is shut, nothing that the server says gets through.
struct Gate {
    address: SocketAddr,
    shut: watch::Sender<bool>,
    /// How often something was held up.
    held: watch::Receiver<u32>,
}

impl Gate {
    async fn to(mail: SocketAddr) -> Gate {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shut = watch::Sender::new(false);
        let (holding, held) = watch::channel(0);
        let state = shut.clone();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(carry(client, mail, state.subscribe(), holding.clone()));
            }
        });
        Gate { address, shut, held }
    }

    fn shut(&self) {
        self.shut.send_replace(true);
    }

    fn open(&self) {
        self.shut.send_replace(false);
    }

    fn has_held(&self) -> bool {
        *self.held.borrow() > 0
    }
}

async fn carry(client: TcpStream, mail: SocketAddr, mut shut: watch::Receiver<bool>, held: watch::Sender<u32>) {
    let server = TcpStream::connect(mail).await.unwrap();
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let answers = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut space = [0; 4096];
    while let Ok(length @ 1..) = from_client.read(&mut space).await {
        if *shut.borrow() {
            held.send_modify(|held| *held += 1);
            // Held for a server that dies meanwhile, it is never said.
            let gone = async {
                while let Ok(1..) = from_client.peek(&mut [0]).await {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                opened = shut.wait_for(|shut| !shut) => drop(opened),
                () = gone => break,
            }
        }
        if to_server.write_all(&space[..length]).await.is_err() {
            break;
        }
    }
    answers.abort();
}

/// Two servers with one account, each with a gate of its own to the mail server.
async fn two_with_mail(database: &Database, mail: &MailServer) -> [(Server, Gate); 2] {
    let mut both = Vec::new();
    for _ in 0..2 {
        let gate = Gate::to(mail.address).await;
        let arguments = ["--smtp", &smtp::url(gate.address), "--smtp-from", SENDER];
        both.push((Server::start_with(&database.url, &arguments).await, gate));
    }
    both[0].0.command(&["account", "create", EMAIL, "--password-stdin"], PASSWORD).await;
    both.try_into().unwrap_or_else(|_| unreachable!())
}

/// How many mails wait, as a server tells it.
async fn waiting(server: &Server) -> u64 {
    let text = server.request(reqwest::Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("keyrack_mails_waiting "));
    line.unwrap_or_else(|| panic!("{text}")).parse().unwrap()
}

async fn invite(server: &Server, session: &str, email: &str) {
    let answer =
        server.call("users.collaboration.InviteMember", session, &[("email", email), ("password", PASSWORD)]).await;
    assert_eq!(answer["mailed"], true, "{answer}");
}

fn mails_to(mail: &MailServer, to: &str) -> Vec<Mail> {
    mail.mails().into_iter().filter(|mail| mail.from == SENDER && mail.to == [to]).collect()
}

#[tokio::test]
async fn of_many_mails_each_is_sent_once_by_either_server() {
    let Some(database) = Database::fresh().await else { return };
    let mail = MailServer::start(0).await;
    let both = two_with_mail(&database, &mail).await;
    let session = both[0].0.sign_in().await;
    both.iter().for_each(|(_, gate)| gate.shut());
    for number in 0..20 {
        invite(&both[number % 2].0, &session, &format!("u{number}@example.org")).await;
    }
    until("both are at it", async || both.iter().all(|(_, gate)| gate.has_held())).await;
    both.iter().for_each(|(_, gate)| gate.open());
    until("all is sent", async || waiting(&both[0].0).await == 0).await;
    for number in 0..20 {
        let email = format!("u{number}@example.org");
        assert_eq!(mails_to(&mail, &email).len(), 1, "{email}");
    }
}

#[tokio::test]
async fn the_invitation_that_a_dying_server_was_mailing_is_mailed_by_the_other() {
    let Some(database) = Database::fresh().await else { return };
    let mail = MailServer::start(0).await;
    let mut both = two_with_mail(&database, &mail).await;
    let session = both[0].0.sign_in().await;
    until("nothing waits", async || waiting(&both[0].0).await == 0).await;
    both.iter().for_each(|(_, gate)| gate.shut());
    invite(&both[0].0, &session, "bob@example.org").await;
    until("one is at it", async || both.iter().any(|(_, gate)| gate.has_held())).await;
    let sending = usize::from(!both[0].1.has_held());
    both[sending].0.kill().await;
    both.iter().for_each(|(_, gate)| gate.open());
    let other = &both[1 - sending].0;
    until("the other has sent it", async || waiting(other).await == 0).await;
    let mails = mails_to(&mail, "bob@example.org");
    assert_eq!(mails.len(), 1, "{mails:?}");
    let text = mails[0].data.replace("=\n", "").replace("=3D", "=");
    let link = text.split("/invite?").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a link");
    let page = other.request(reqwest::Method::GET, &format!("/invite?{link}")).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("bob@example.org"), "its link holds");

    // Who is back finds nothing to do.
    both[sending].0.restart().await;
    assert_eq!(waiting(&both[sending].0).await, 0);
    assert_eq!(mails_to(&mail, "bob@example.org").len(), 1);
}

#[tokio::test]
async fn an_expiry_is_told_and_mailed_once_whoever_dies() {
    let Some(database) = Database::fresh().await else { return };
    let mail = MailServer::start(0).await;
    let mut both = two_with_mail(&database, &mail).await;
    let session = both[0].0.sign_in().await;
    // One that is told when it ends within seven days, one within thirty; of both nothing is told while they are new.
    for days in [5, 20] {
        let moment = format!("to_char(now() AT TIME ZONE 'UTC' + interval '{days} days', 'YYYY-MM-DD HH24:MI:SS')");
        let expires = database.text(&format!("SELECT {moment}")).await;
        let description = format!("ends in {days}");
        let fields = [
            ("description", description.as_str()),
            ("password", PASSWORD),
            ("apiList", "environment.control.GetEnvs"),
            ("expiresAt", &expires),
        ];
        assert_eq!(both[0].0.code("users.authentication.CreateToken", &session, &fields).await, 0);
    }
    until("what is told of new tokens is sent", async || waiting(&both[0].0).await == 0).await;
    let told = async |days: i64| {
        let of = format!("kind = 'token-expiry' AND title LIKE '%expires in {days} days'");
        database.count(&format!("SELECT count(*) FROM notices WHERE {of}")).await
    };
    let mailed = |days: i64| {
        let of = format!("expires in {days} days");
        mail.mails().iter().filter(|mail| mail.to == [EMAIL] && mail.data.contains(&of)).count()
    };
    let grow_old = async |days: i64| {
        let month = 40_i64 * 24 * 3600 * 1000;
        let sql = format!("UPDATE tokens SET created_at = created_at - {month} WHERE description = 'ends in {days}'");
        database.run(&sql).await;
    };

    until("one of them works", async || {
        both[0].0.works_for_all(&database).await || both[1].0.works_for_all(&database).await
    })
    .await;
    let first = usize::from(!both[0].0.works_for_all(&database).await);
    let second = 1 - first;
    both[second].1.shut();
    both[first].0.kill().await;
    assert_eq!((told(7).await, told(30).await), (0, 0));
    // The lease of who died still holds for seconds.
    grow_old(5).await;
    until("the second takes over, and is about to mail it", async || both[second].1.has_held()).await;
    assert_eq!((told(7).await, mailed(7)), (1, 0));
    both[second].0.kill().await;
    both[second].1.open();

    grow_old(20).await;
    both[first].0.restart().await;
    until("the first works again", async || told(30).await == 1).await;
    assert_eq!(told(7).await, 1, "it is told once");
    both[second].0.restart().await;
    until("both are mailed", async || waiting(&both[first].0).await == 0).await;
    assert_eq!((mailed(7), mailed(30)), (1, 1));
}
