//! What the service answers to: one table, of which its OpenAPI and the connector are made.

/// One operation of the service.
pub struct Operation {
    /// As the contract calls it.
    pub id: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    /// For who picks it from a list.
    pub summary: &'static str,
    pub description: &'static str,
    pub body: Body,
    /// A type of the contract, or another schema of the description.
    pub answer: &'static str,
    /// Whether the caller may waive the guard, where the operator lets it.
    pub waiver: bool,
    pub example: Option<&'static str>,
}

pub enum Body {
    None,
    /// One document, which may be left out.
    Optional(&'static str),
    Required(&'static str),
    /// A line a user, and a line a report.
    Lines,
}

/// What is about one user, and what is not.
pub const OPERATIONS: [Operation; 11] = [
    Operation {
        id: "status",
        method: "get",
        path: "/v1/users/{user}/mfa",
        summary: "List the MFA methods of a user",
        description: "Lists what is registered, and what the guard finds. Writes nothing.",
        body: Body::None,
        answer: "Status",
        waiver: false,
        example: None,
    },
    Operation {
        id: "plan",
        method: "post",
        path: "/v1/users/{user}/mfa/plan",
        summary: "Plan a reset of a user's MFA",
        description: "Says what `reset` would do, or why it would be refused. Writes nothing.",
        body: Body::Optional("ResetOptions"),
        answer: "Report",
        waiver: true,
        example: Some(r#"{"methods":"all","keep":["fido2"]}"#),
    },
    Operation {
        id: "reset",
        method: "post",
        path: "/v1/users/{user}/mfa/reset",
        summary: "Reset a user's MFA",
        description: "Removes the methods in an order that Graph accepts, revokes the sessions, issues a pass if asked, and verifies. Read `outcome`: the status is 200 whenever something may have been written.",
        body: Body::Optional("ResetOptions"),
        answer: "Report",
        waiver: true,
        example: Some(r#"{"temporaryAccessPass":{"lifetimeInMinutes":60},"reason":"INC0012345: lost phone"}"#),
    },
    Operation {
        id: "revokeSessions",
        method: "post",
        path: "/v1/users/{user}/mfa/revoke-sessions",
        summary: "Revoke a user's sessions",
        description: "Revokes the sessions, and nothing else.",
        body: Body::Optional("RevokeSessionsOptions"),
        answer: "Report",
        waiver: false,
        example: Some(r#"{"reason":"INC0012345: stolen laptop"}"#),
    },
    Operation {
        id: "issueTemporaryAccessPass",
        method: "post",
        path: "/v1/users/{user}/mfa/temporary-access-pass",
        summary: "Issue a Temporary Access Pass",
        description: "Issues a pass, and nothing else. It is in this answer alone.",
        body: Body::Optional("IssuePassOptions"),
        answer: "Report",
        waiver: true,
        example: Some(r#"{"lifetimeInMinutes":60,"isUsableOnce":true}"#),
    },
    Operation {
        id: "restore",
        method: "post",
        path: "/v1/users/{user}/mfa/restore",
        summary: "Put a backup back",
        description: "Registers what a report's `backup` holds, or one written by hand, as far as Graph lets anybody but the user. Overwrites nothing.",
        body: Body::Required("RestoreOptions"),
        answer: "Report",
        waiver: true,
        example: Some(r#"{"backup":{"phones":[{"phoneType":"mobile","phoneNumber":"+1 4255550100"}]}}"#),
    },
    Operation {
        id: "preflight",
        method: "post",
        path: "/v1/preflight",
        summary: "Check the token's permissions",
        description: "Says what the token allows of what a request needs. Asks Graph nothing.",
        body: Body::Optional("ResetOptions"),
        answer: "Preflight",
        waiver: true,
        example: Some(r#"{"temporaryAccessPass":true}"#),
    },
    Operation {
        id: "resetMany",
        method: "post",
        path: "/v1/reset-many",
        summary: "Reset many users",
        description: "A line a user in, a line a report out, in the order in which users finish and while others are still sent. A last line that is a problem says why whoever has no report was not begun.",
        body: Body::Lines,
        answer: "Report",
        waiver: true,
        example: None,
    },
    Operation {
        id: "planMany",
        method: "post",
        path: "/v1/plan-many",
        summary: "Plan a reset of many users",
        description: "As `resetMany`, and writes nothing.",
        body: Body::Lines,
        answer: "Report",
        waiver: true,
        example: None,
    },
    Operation {
        id: "health",
        method: "get",
        path: "/healthz",
        summary: "Whether the service runs",
        description: "Says so, and its version. Asks Graph nothing.",
        body: Body::None,
        answer: "Health",
        waiver: false,
        example: None,
    },
    Operation {
        id: "describe",
        method: "get",
        path: "/openapi.json",
        summary: "This description",
        description: "OpenAPI 3.1.",
        body: Body::None,
        answer: "Description",
        waiver: false,
        example: None,
    },
];

impl Operation {
    pub fn is_of_a_user(&self) -> bool {
        self.path.contains("{user}")
    }

    /// Whether it takes the caller's token.
    pub fn is_guarded(&self) -> bool {
        self.path.starts_with("/v1/")
    }
}
