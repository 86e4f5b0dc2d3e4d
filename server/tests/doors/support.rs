//! A server in a folder of its own, and those who call it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use chrono::TimeDelta;
use http::{HeaderMap, Method, Request, StatusCode, header};
use keyrack_domain::Keyrack;
use keyrack_domain::engine::local::LocalEngine;
use keyrack_domain::settings::Settings;
use keyrack_domain::types::dates::parse_wire_moment;
use keyrack_domain::world::{ManualClock, World};
use keyrack_server::dispatch::registry::{Method as ApiMethod, Registry};
use keyrack_server::http::Address;
use keyrack_server::leaks::ScanningKeys;
use keyrack_server::serve::{App, Doors};
use keyrack_wire::TrustedProxies;
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use sqlx::{Connection, Row};
use tokio::net::TcpListener;

pub const EMAIL: &str = "ada@example.org";
pub const PASSWORD: &str = "correct horse battery staple";

/// One server. Its clock stands still at 2027-01-01 12:00:00 until it is moved.
pub struct Server {
    pub keyrack: Keyrack,
    doors: Arc<Doors>,
    app: App,
    clock: Arc<ManualClock>,
    _folder: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    /// The envelope, after a look at what holds for every answer.
    pub fn json(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        let json: Value = serde_json::from_str(&self.text).expect("an answer is JSON");
        let result = json["result"].as_i64().expect("an answer has a result");
        assert_eq!(json.get("error").is_some(), result != 0, "error is there exactly when result is not 0: {json}");
        json
    }
}

impl Server {
    /// The same, which takes part in the programme of a code host.
    pub fn with_scanning_keys(mut self, keys: ScanningKeys) -> Server {
        let address = Address::new(false, "127.0.0.1:8080");
        let registry = Registry::all();
        let doors =
            Doors::new(self.keyrack.clone(), registry, TrustedProxies::default(), &address).with_scanning_keys(keys);
        self.app = doors.app();
        self.doors = Arc::new(doors);
        self
    }

    pub async fn start() -> Server {
        Server::with(|_| {}).await
    }

    /// A server with other settings.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Server {
        Server::new("http://127.0.0.1:8080", change).await
    }

    /// A server with this public address.
    pub async fn at(origin: &str) -> Server {
        Server::new(origin, |_| {}).await
    }

    /// It has the user [`EMAIL`].
    async fn new(origin: &str, change: impl FnOnce(&mut Settings)) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(parse_wire_moment("2027-01-01 12:00:00").unwrap());
        let world = World { clock: clock.clone(), ..World::system() };
        let mut settings = Settings::in_folder(folder.path());
        change(&mut settings);
        let registry = Registry::all();
        let keyrack = Keyrack::open(settings, world, registry.catalog()).await.unwrap();
        keyrack.accounts.create_user_with_account(EMAIL, PASSWORD).await.unwrap();
        let (scheme, authority) = origin.split_once("://").unwrap();
        let address = Address::new(scheme == "https", authority);
        let doors = Arc::new(Doors::new(keyrack.clone(), registry, TrustedProxies::default(), &address));
        let app = doors.app();
        Server { keyrack, doors, app, clock, _folder: folder }
    }

    /// A server whose environments run: its nodes are processes of the real program.
    pub async fn with_environments() -> Server {
        Server::environments_with(|_| {}).await
    }

    /// As [`with_environments`](Server::with_environments), with other settings.
    pub async fn environments_with(change: impl FnOnce(&mut Settings)) -> Server {
        let server = Server::with(change).await;
        let program = env!("CARGO_BIN_EXE_keyrack").into();
        let settings = server.keyrack.settings();
        let engine = LocalEngine::open(&settings.data, program).unwrap().on_ports(settings.node_ports.clone());
        server.keyrack.environments.start_all(Arc::new(engine)).await.unwrap();
        server
    }

    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// Runs the tasks that are due now, to their end; answers how many there were.
    pub async fn run_due_tasks(&self) -> usize {
        let running = self.doors.run_due_tasks().await;
        let count = running.len();
        for task in running {
            task.await.unwrap();
        }
        count
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.app.answer(request).await;
        let (parts, body) = response.into_parts();
        let text = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Reply { status: parts.status, headers: parts.headers, text: String::from_utf8(text).unwrap() }
    }

    /// The audit log, one line for each entry; what was gathered is written first.
    pub async fn audit(&self) -> Vec<String> {
        self.keyrack.flush().await.unwrap();
        sqlx::any::install_default_drivers();
        let mut database = sqlx::AnyConnection::connect(&self.keyrack.settings().database).await.unwrap();
        let rows = sqlx::query("SELECT actor, action, subject, outcome, details FROM audit ORDER BY id")
            .fetch_all(&mut database)
            .await
            .unwrap();
        rows.iter().map(|row| (0..5).map(|at| row.get::<String, _>(at)).collect::<Vec<_>>().join(" ")).collect()
    }

    /// Code of this authenticator at this moment.
    pub fn code(&self, secret: &str) -> String {
        let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("a").build().unwrap();
        totp.generate(u64::try_from(self.keyrack.world().now().timestamp()).unwrap()).to_string()
    }

    /// Signs somebody in; their second factor must not be asked for.
    pub async fn session(&self, email: &str, password: &str) -> TestClient<'_> {
        let answer =
            self.anonymous().post("users.authentication.Signin", &[("login", email), ("password", password)]).await;
        self.bearer(answer["session"].as_str().expect("a session"))
    }

    /// TestClient without a credential.
    pub fn anonymous(&self) -> TestClient<'_> {
        TestClient { server: self, credential: None }
    }

    /// TestClient with this session or token.
    pub fn bearer(&self, credential: &str) -> TestClient<'_> {
        TestClient { server: self, credential: Some(credential.to_owned()) }
    }

    /// The owner of the account, in an API session.
    pub async fn owner(&self) -> TestClient<'_> {
        self.session(EMAIL, PASSWORD).await
    }

    /// A token that opens these methods.
    pub async fn token(&self, methods: &str) -> TestClient<'_> {
        self.new_token(&[("apiList", methods)]).await
    }

    /// A token with Extended Access.
    pub async fn extended_token(&self) -> TestClient<'_> {
        self.new_token(&[("tokenTemplate", "Extended Access")]).await
    }

    pub async fn new_token(&self, params: &[(&str, &str)]) -> TestClient<'_> {
        let mut all = vec![("description", "A token"), ("password", PASSWORD)];
        all.extend(params);
        let answer = self.owner().await.post("users.authentication.CreateToken", &all).await;
        self.bearer(answer["token"]["key"].as_str().unwrap_or_else(|| panic!("a token: {answer}")))
    }
}

/// The same server behind a socket, for calls that have to go over HTTP.
pub struct Wire {
    client: reqwest::Client,
    address: SocketAddr,
}

impl Wire {
    /// Listens on a free port until the test's runtime ends.
    pub async fn listen(server: &Server) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let never = std::future::pending();
        tokio::spawn(keyrack_server::serve::listen::run(listener, server.app.clone(), never, Duration::ZERO));
        Wire { client: reqwest::Client::new(), address }
    }

    /// A request to this path.
    pub fn request(&self, verb: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(verb, format!("http://{}{path}", self.address))
    }

    /// Calls a method, its parameters in the query of a GET or the form of a POST, with a file where one may come.
    pub async fn call(
        &self,
        verb: Method,
        method: &ApiMethod,
        credential: Option<&str>,
        params: &[(&str, &str)],
    ) -> Value {
        let request = self.request(verb.clone(), &method.path());
        let request = match (verb, method.takes_file()) {
            (Method::POST, true) => {
                let file = Part::text("hello").file_name("hello.txt");
                let fields = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
                let form = fields.fold(Form::new(), |form, (name, value)| form.text(name, value));
                request.multipart(form.part("file", file))
            }
            (Method::POST, _) => request.form(params),
            _ => request.query(params),
        };
        let request = match credential {
            Some(credential) => request.bearer_auth(credential),
            None => request,
        };
        let response = request.send().await.unwrap_or_else(|error| panic!("{}: {error}", method.name));
        let (status, headers) = (response.status(), response.headers().clone());
        Reply { status, headers, text: response.text().await.unwrap() }.json()
    }
}

/// A call of a method as the documentation's examples have it.
pub fn examples(method: &ApiMethod) -> Vec<(&'static str, &'static str)> {
    method.params.iter().filter(|param| param.shown).map(|param| (param.name, param.example)).collect()
}

/// A caller with one credential, or none.
#[derive(Clone)]
pub struct TestClient<'a> {
    server: &'a Server,
    credential: Option<String>,
}

impl TestClient<'_> {
    pub fn credential(&self) -> &str {
        self.credential.as_deref().expect("a credential")
    }

    pub async fn get(&self, method: &str, params: &[(&str, &str)]) -> Value {
        self.send(Method::GET, method, params).await.json()
    }

    pub async fn post(&self, method: &str, params: &[(&str, &str)]) -> Value {
        self.send(Method::POST, method, params).await.json()
    }

    /// The result code of a call.
    pub async fn code(&self, method: &str, params: &[(&str, &str)]) -> i64 {
        self.post(method, params).await["result"].as_i64().unwrap()
    }

    pub async fn send(&self, verb: Method, method: &str, params: &[(&str, &str)]) -> Reply {
        let form = form(params);
        let mut request = Request::builder().method(&verb);
        if let Some(credential) = &self.credential {
            request = request.header(header::AUTHORIZATION, format!("Bearer {credential}"));
        }
        let request = if verb == Method::POST {
            request
                .uri(path(method))
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(form))
        } else {
            request.uri(format!("{}?{form}", path(method))).body(Body::empty())
        };
        self.server.send(request.unwrap()).await
    }
}

/// `/1.0/service/class/rest/method`
pub fn path(method: &str) -> String {
    let (class, method) = method.rsplit_once('.').unwrap();
    format!("/1.0/{}/rest/{method}", class.replace('.', "/")).to_lowercase()
}

pub fn form(params: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish()
}
