//! What the documentation pages say of the methods.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::{ApiSet, MethodDoc, ParamDoc};

use super::{Method, Param, Registry};
use crate::dispatch::error::Code;

impl Registry {
    /// Every method's section of the documentation, sorted by name.
    pub fn docs(&self) -> Vec<MethodDoc> {
        let mut docs: Vec<_> = self.methods.iter().map(|method| doc(method)).collect();
        docs.sort_by(|a, b| a.info.name.cmp(&b.info.name));
        docs
    }
}

impl Method {
    /// The prepared sets that hold it, with the one that holds everything that a token may carry.
    pub fn all_sets(&self) -> Vec<ApiSet> {
        let extended = (self.token == TokenAccess::WhenTicked).then_some(ApiSet::ExtendedAccess);
        extended.into_iter().chain(self.sets.iter().copied()).collect()
    }

    /// All codes that it may answer besides 0, by number.
    pub fn all_codes(&self) -> Vec<Code> {
        let mut codes = self.codes.to_vec();
        // What cannot be read as a form or as JSON is refused by every method.
        codes.extend([Code::Parameter, Code::Unavailable, Code::Internal]);
        if !self.is_public() {
            codes.push(Code::NotAuthenticated);
            if self.token != TokenAccess::Always {
                codes.push(Code::NotGranted);
            }
            if self.role > Role::Viewer || self.token == TokenAccess::Never {
                codes.push(Code::Forbidden);
            }
        }
        // What is not of users may reach a node.
        if !self.is_public() && !self.name.starts_with("users.") {
            codes.push(Code::NodeFailed);
        }
        if self.post_only {
            codes.push(Code::NotPermitted);
        }
        codes.sort();
        codes.dedup();
        codes
    }
}

fn doc(method: &Method) -> MethodDoc {
    MethodDoc {
        info: method.catalog_entry().info,
        path: method.path(),
        params: method.params.iter().map(param).collect(),
        answer: method.answer.into(),
        codes: method.all_codes().into_iter().map(|code| (code.number(), code.meaning().to_owned())).collect(),
        token_callable: !method.is_public() && method.token != TokenAccess::Never,
        post_only: method.post_only,
        public: method.is_public(),
    }
}

fn param(param: &Param) -> ParamDoc {
    let mut help = param.help.to_owned();
    if !param.aliases.is_empty() {
        help.push_str(&format!(" Also accepted as {}.", param.aliases.join(", ")));
    }
    ParamDoc {
        name: param.name.into(),
        kind: param.kind.label().into(),
        required: param.required,
        shown: param.shown,
        help,
        example: param.example.into(),
    }
}
