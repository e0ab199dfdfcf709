/** Isengard's pages on the web: the guide, and where problems are told. */

export const HOME = "https://github.com/isengard-nodes/isengard";
export const GUIDE = `${HOME}#readme`;
export const NODES = `${HOME}/blob/main/docs/nodes.md`;
export const TROUBLES = `${HOME}/blob/main/docs/troubleshooting.md`;
export const CHANGES = `${HOME}/blob/main/CHANGELOG.md`;
export const ISSUES = `${HOME}/issues`;

/** The form for a new issue, filled in; nothing is sent before somebody presses the button there. @param {Schema.IssueDraft} draft */
export const newIssue = ({ title, body }) => `${ISSUES}/new?${new URLSearchParams({ title, body })}`;
