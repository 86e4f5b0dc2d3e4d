//! A browser: keeps its cookie, says where its requests come from, follows nothing by itself.

use axum::body::Body;
use http::{HeaderMap, Method, Request, header};

use crate::support::{EMAIL, PASSWORD, Reply, Server, form};

/// The names of cookies of a server whose public URL is the default one; over https with `__Host-` in front.
pub const SESSION: &str = "keyrack-localhost-8080";
pub const HALF: &str = "keyrack_half-localhost-8080";

pub struct Browser<'a> {
    server: &'a Server,
    pub cookie: Option<String>,
}

impl<'a> Browser<'a> {
    /// One that was never here.
    pub fn new(server: &'a Server) -> Browser<'a> {
        Browser { server, cookie: None }
    }

    /// One that the owner of the account has signed in with.
    pub async fn of_owner(server: &'a Server) -> Browser<'a> {
        let mut browser = Browser::new(server);
        let reply = browser.post("/signin", &[("email", EMAIL), ("password", PASSWORD)]).await;
        assert_eq!(location(&reply), "/", "{}", reply.text);
        browser
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        self.send(Request::get(path).header("sec-fetch-site", "none").body(Body::empty()).unwrap()).await
    }

    /// Sends a form from one of our pages.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(self.form(path, fields, &[("sec-fetch-site", "same-origin")])).await
    }

    pub fn form(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Request<Body> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::from(form(fields))).unwrap()
    }

    pub async fn send(&mut self, mut request: Request<Body>) -> Reply {
        if let Some(cookie) = &self.cookie {
            request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
        }
        let reply = self.server.send(request).await;
        self.keep_cookie(&reply.headers);
        reply
    }

    /// The session behind the cookie.
    pub fn session(&self) -> &str {
        self.cookie.as_deref().and_then(|cookie| cookie.split_once('=')).expect("a cookie").1
    }

    fn keep_cookie(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let pair = cookie.split(';').next().unwrap();
            let name = pair.split('=').next().unwrap();
            if name.strip_prefix("__Host-").unwrap_or(name) == SESSION {
                self.cookie = (!cookie.contains("Max-Age=0")).then(|| pair.to_owned());
            }
        }
    }
}

/// Where an answer leads.
pub fn location(reply: &Reply) -> &str {
    assert_eq!(reply.status, 303, "{}", reply.text);
    reply.headers[header::LOCATION].to_str().unwrap()
}
