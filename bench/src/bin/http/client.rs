//! Somebody who calls the API.

use serde_json::Value;

/// Whatever went wrong.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A signed-in caller.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    session: String,
    password: String,
}

impl Client {
    /// Signs in.
    ///
    /// # Errors
    /// When the server is not there or refuses.
    pub async fn sign_in(url: &str, email: &str, password: &str) -> Result<Client, Failure> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let mut client = Client { http, url: url.to_owned(), session: String::new(), password: password.to_owned() };
        let answer =
            client.call("", "users.authentication.Signin", &[("login", email), ("password", password)]).await?;
        client.session = answer["session"].as_str().ok_or("no session in the answer to Signin")?.to_owned();
        Ok(client)
    }

    /// The same person at another server of the same database.
    pub fn at(&self, url: &str) -> Client {
        Client { url: url.to_owned(), ..self.clone() }
    }

    /// Calls a method with this credential; empty = none.
    ///
    /// # Errors
    /// Also when the answer's `result` is not 0.
    pub async fn call(&self, credential: &str, method: &str, params: &[(&str, &str)]) -> Result<Value, Failure> {
        let answer = self.ask(credential, method, params).await?;
        if answer["result"] == 0 { Ok(answer) } else { Err(format!("{method} answered {answer}").into()) }
    }

    /// As [`call`](Client::call), with refusals as answers.
    ///
    /// # Errors
    /// When the answer does not arrive or is no JSON.
    pub async fn ask(&self, credential: &str, method: &str, params: &[(&str, &str)]) -> Result<Value, Failure> {
        Ok(serde_json::from_slice(&self.bytes(credential, method, params).await?)?)
    }

    /// As [`ask`](Client::ask), not looked into.
    ///
    /// # Errors
    /// When the answer does not arrive.
    pub async fn bytes(&self, credential: &str, method: &str, params: &[(&str, &str)]) -> Result<Vec<u8>, Failure> {
        let (class, name) = method.rsplit_once('.').ok_or("a method has dots")?;
        let url = format!("{}/1.0/{}/rest/{name}", self.url, class.replace('.', "/"));
        let mut request = self.http.post(url).form(params);
        if !credential.is_empty() {
            request = request.bearer_auth(credential);
        }
        Ok(request.send().await?.bytes().await?.into())
    }

    /// Calls a method as the signed-in person.
    ///
    /// # Errors
    /// As [`call`](Client::call).
    pub async fn mine(&self, method: &str, params: &[(&str, &str)]) -> Result<Value, Failure> {
        self.call(&self.session, method, params).await
    }

    /// As [`mine`](Client::mine), with the password unless it is empty; the bytes of the answer.
    ///
    /// # Errors
    /// As [`bytes`](Client::bytes).
    pub async fn list(&self, params: &[(&str, &str)]) -> Result<Vec<u8>, Failure> {
        self.bytes(&self.session, "users.authentication.GetTokens", params).await
    }

    /// A change of tokens, with the password when `proving`.
    ///
    /// # Errors
    /// As [`call`](Client::call).
    pub async fn change(&self, proving: bool, method: &str, params: &[(&str, &str)]) -> Result<Value, Failure> {
        let mut params = params.to_vec();
        if proving {
            params.push(("password", &self.password));
        }
        self.mine(method, &params).await
    }

    /// A new token for these methods: its number and its secret.
    ///
    /// # Errors
    /// As [`call`](Client::call).
    pub async fn token(&self, proving: bool, methods: &str) -> Result<(String, String), Failure> {
        let params = [("description", "measured"), ("apiList", methods)];
        let answer = self.change(proving, "users.authentication.CreateToken", &params).await?;
        let token = &answer["token"];
        let id = token["id"].as_i64().ok_or_else(|| format!("no id in {answer}"))?;
        Ok((id.to_string(), token["key"].as_str().ok_or("no key in the answer")?.to_owned()))
    }

    /// Removes a token.
    ///
    /// # Errors
    /// As [`call`](Client::call).
    pub async fn revoke(&self, proving: bool, id: &str) -> Result<(), Failure> {
        self.change(proving, "users.authentication.DeleteTokens", &[("ids", id)]).await.map(drop)
    }
}
