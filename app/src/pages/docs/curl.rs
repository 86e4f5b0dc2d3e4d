//! The line that calls a method.

use keyrack_types::methods::MethodDoc;

/// A line for a shell: the token in a header, or the session of `Signin` where no token is taken; the parameters of the
/// example in the form.
pub fn curl(origin: &str, method: &MethodDoc) -> String {
    let mut line = format!("curl \"{origin}{}\"", method.path);
    if !method.public {
        let credential = if method.token_callable { "$KEYRACK_TOKEN" } else { "$KEYRACK_SESSION" };
        line.push_str(&format!(" \\\n  -H \"Authorization: Bearer {credential}\""));
    }
    let mut shown = method.params.iter().filter(|param| param.shown).peekable();
    if shown.peek().is_none() && method.post_only {
        line.push_str(" \\\n  -X POST");
    }
    for param in shown {
        let value = if param.example.is_empty() { "…" } else { &param.example };
        // Inside single quotes a shell changes nothing but the quote itself.
        let pair = format!("{}={value}", param.name).replace('\'', r"'\''");
        line.push_str(&format!(" \\\n  --data-urlencode '{pair}'"));
    }
    line
}

#[cfg(test)]
mod tests {
    use keyrack_types::methods::{MethodInfo, ParamDoc};

    use super::*;

    fn method(params: &[(&str, bool, &str)]) -> MethodDoc {
        MethodDoc {
            info: MethodInfo { name: "environment.control.StopEnv".into(), summary: String::new(), sets: vec![] },
            path: "/1.0/environment/control/rest/stopenv".into(),
            params: params
                .iter()
                .map(|(name, required, example)| ParamDoc {
                    name: (*name).into(),
                    kind: "text".into(),
                    required: *required,
                    shown: *required,
                    help: String::new(),
                    example: (*example).into(),
                })
                .collect(),
            answer: String::new(),
            codes: vec![],
            token_callable: true,
            post_only: false,
            public: false,
        }
    }

    #[test]
    fn the_line_names_what_is_needed_and_survives_a_shell() {
        let method = method(&[("envName", true, "it's"), ("reason", false, "x")]);
        assert_eq!(
            curl("http://h", &method),
            "curl \"http://h/1.0/environment/control/rest/stopenv\" \\\n  -H \"Authorization: Bearer $KEYRACK_TOKEN\" \\\n  \
             --data-urlencode 'envName=it'\\''s'"
        );
    }

    #[test]
    fn what_no_token_may_call_shows_a_session() {
        let method = MethodDoc { token_callable: false, ..method(&[]) };
        assert!(curl("http://h", &method).ends_with("-H \"Authorization: Bearer $KEYRACK_SESSION\""));
    }

    #[test]
    fn a_public_post_needs_no_token() {
        let method = MethodDoc { public: true, post_only: true, ..method(&[]) };
        assert_eq!(curl("http://h", &method), "curl \"http://h/1.0/environment/control/rest/stopenv\" \\\n  -X POST");
    }
}
