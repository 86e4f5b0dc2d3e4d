//! The script door: the platform's API.
//!
//! [`registry`] is the one place where methods are declared; [`dispatch`] brings a request to its method; everything else
//! here serves these two.

pub mod answer;
pub mod body;
pub mod call;
mod credential;
pub mod dispatch;
pub mod error;
pub mod methods;
pub mod params;
mod problem;
pub mod registry;

/// Whether a path is the API's. Its calls are told apart by this alone and stay out of the router: what that does for each
/// request costs more than the check of a token.
pub fn is_called(path: &str) -> bool {
    if let Some(rest) = path.strip_prefix("/1.0") {
        return rest.is_empty() || rest.starts_with('/');
    }
    // A published client signs out here.
    let elsewhere = path.strip_prefix("/users/authentication/").and_then(|rest| rest.split_once('/'));
    elsewhere.is_some_and(|(rest, method)| !rest.is_empty() && !method.is_empty() && !method.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::is_called;

    #[test]
    fn the_api_is_told_from_pages_by_its_paths() {
        for path in ["/1.0", "/1.0/", "/1.0/a", "/1.0/a/b/rest/c", "/users/authentication/rest/signout"] {
            assert!(is_called(path), "{path}");
        }
        for path in [
            "/",
            "/1.0a",
            "/2.0/a",
            "/users/authentication/rest",
            "/users/authentication/rest/",
            "/users/authentication//a",
            "/users/authentication/a/b/c",
        ] {
            assert!(!is_called(path), "{path}");
        }
    }
}
