//! The pages under `/docs/api`, read as a person without scripts reads them.

use axum::body::Body;
use http::Request;
use keyrack_server::dispatch::registry::{Effect, Method, Registry};
use serde_json::Value;

use crate::support::{Server, Wire};

async fn page(server: &Server, uri: &str) -> String {
    let reply = server.send(Request::get(uri).body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, 200, "{uri}");
    reply.text
}

/// A piece of a page as it shows.
fn shown(html: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")];
    pairs.iter().fold(html.replace("<!>", ""), |text, (from, to)| text.replace(from, to))
}

/// The line that calls a method, from its section of its class's page.
fn curl_line(page: &str, name: &str) -> String {
    let section = &page[page.find(&format!("id=\"{name}\"")).unwrap_or_else(|| panic!("a section {name}"))..];
    let begin = section.find("curl ").unwrap_or_else(|| panic!("a line for {name}"));
    let line = &section[begin..];
    shown(&line[..line.find("</code>").unwrap()])
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_that_only_reads_works_when_it_is_pasted() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let nodes = r#"[{"nodeGroup":"cp","docker":{"image":"keyrack/web:2"}}]"#;
    let create = [("env", r#"{"shortdomain":"my-project"}"#), ("nodes", nodes)];
    assert_eq!(owner.code("environment.control.CreateEnvironment", &create).await, 0);
    let wire = Wire::listen(&server).await;
    let reads = |method: &&&Method| method.effect == Effect::Read && !method.is_public();
    let (mut class, mut text) = ("", String::new());
    for method in Registry::all().methods().iter().filter(reads) {
        let (of, name) = method.name.rsplit_once('.').unwrap();
        if class != of {
            (class, text) = (of, page(&server, &format!("/docs/api/{of}")).await);
        }
        let line = curl_line(&text, name).replace(
            "http://127.0.0.1:8080",
            wire.request(http::Method::GET, "").build().unwrap().url().as_str().trim_end_matches('/'),
        );
        let header = line.find("Authorization: Bearer").unwrap_or_else(|| panic!("{}: {line}", method.name));
        assert!(line.find("--data").is_none_or(|data| header < data), "the header comes first: {line}");
        let mut shell = tokio::process::Command::new("sh");
        shell.args(["-c", &line]).env("no_proxy", "*");
        shell.env("KEYRACK_TOKEN", owner.credential()).env("KEYRACK_SESSION", owner.credential());
        let output = shell.output().await.unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{line}\n{output:?}"));
        let code = told["result"].as_i64().unwrap();
        // What the example names may not be there; the call itself is right.
        let declared = code == 0 || method.codes.iter().any(|one| one.number() == code);
        assert!(declared, "{line}\n{told}");
    }
    server.keyrack.environments.stop_all().await;
}

#[tokio::test]
async fn a_search_finds_methods_by_name_and_by_what_they_do() {
    let server = Server::start().await;
    for (query, found, not) in [
        ("stopenv", "#StopEnv\"", "#StartEnv\""),
        ("STOP+running", "#StopEnv\"", "#GetEnvs\""),
        ("environment.file", "#GetList\"", "#StopEnv\""),
        ("env+stop", "#StopEnv\"", "#GetEnvs\""),
        ("environment/control/rest/stopenv", "#StopEnv\"", "#StartEnv\""),
        ("%2F1.0%2Fenvironment%2Fcontrol%2Frest%2FStopEnv", "#StopEnv\"", "#StartEnv\""),
        ("env.control.StopEnv", "#StopEnv\"", "#StartEnv\""),
    ] {
        let text = page(&server, &format!("/docs/api?q={query}")).await;
        assert!(text.contains(found), "{query} finds {found}");
        assert!(!text.contains(not), "{query} does not find {not}");
    }
    let text = shown(&page(&server, "/docs/api?q=%3Cscript%3Enothing").await);
    assert!(text.contains("No method is called or does “<script>nothing”"), "{text}");
    assert!(!page(&server, "/docs/api?q=%3Cscript%3Enothing").await.contains("<script>nothing"));
    assert!(page(&server, "/docs/api?q=+").await.contains("#StopEnv\""), "nothing asked is everything");
}

#[tokio::test]
async fn every_code_has_its_place() {
    let server = Server::start().await;
    let text = page(&server, "/docs/api").await;
    for code in keyrack_server::dispatch::error::Code::ALL {
        assert!(text.contains(&format!("id=\"code-{}\"", code.number())), "{code:?}");
    }
}

#[tokio::test]
async fn what_is_typed_as_it_stands_is_marked() {
    let server = Server::start().await;
    let text = page(&server, "/docs/api/environment.deployment").await;
    let main = &text[text.find("<main").unwrap()..text.find("</main>").unwrap()];
    assert!(main.contains("<code>JDeploy</code>: an archive."), "{main}");
    assert!(!main.contains('`'), "{main}");
}
