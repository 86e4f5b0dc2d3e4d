use std::collections::BTreeMap;

use axum::body::Body;
use http::Request;
use tower::ServiceExt;

use super::facts::Facts;
use super::{page, router};

fn facts(variables: &[(&str, &str)]) -> Result<Facts, String> {
    let given = [
        ("PATH", "/bin"),
        ("HOME", "/x"),
        ("KEYRACK_ENVIRONMENT", "my-project"),
        ("KEYRACK_NODE", "7"),
        ("KEYRACK_IMAGE", "keyrack/web"),
        ("KEYRACK_TAG", "2"),
    ];
    let all = given.iter().chain(variables);
    Facts::read(all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

#[test]
fn a_node_knows_itself_and_what_its_owner_set() {
    let facts = facts(&[("PORT", "31000"), ("GREETING", "hello")]).unwrap();
    assert_eq!((facts.environment.as_str(), facts.node.as_str(), facts.port), ("my-project", "7", 31_000));
    assert_eq!(facts.image(), "keyrack/web:2");
    assert_eq!(facts.variables, BTreeMap::from([("GREETING".to_owned(), "hello".to_owned())]));
}

#[test]
fn without_a_port_it_does_not_start() {
    for port in [&[][..], &[("PORT", "x")], &[("PORT", "70000")]] {
        assert!(facts(port).unwrap_err().contains("PORT"));
    }
}

#[test]
fn what_owners_write_is_shown_and_not_run() {
    let page = page::about(&facts(&[("PORT", "1"), ("A", "<script>alert('x')</script>&\"")]).unwrap());
    assert!(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;"), "{page}");
    assert!(!page.contains("<script"));
    assert!(page.contains("<dt>tag</dt><dd>2</dd>"));
}

#[tokio::test]
async fn an_address_that_is_no_path_is_refused() {
    for (address, status) in [("evil:80", 400), ("*", 400), ("/nothing", 404), ("/", 200), ("//", 404)] {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = address.parse().unwrap();
        let router = router(facts(&[("PORT", "1")]).unwrap());
        assert_eq!(router.oneshot(request).await.unwrap().status(), status, "{address}");
    }
}
