//! Writes what the domains grant into the policies of `template.yaml`.
//!
//! Protocol: a statement that is right stays as it is, with its comments. A prefix that no
//! statement reaches joins the statement with the same actions, or gets one of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    ops::Range,
};

use shared::DOMAINS;

use crate::grants::{Grants, parts};

/// What a function may do, by prefix.
type Granted = BTreeMap<String, BTreeSet<String>>;

const STATEMENT: &str = "            - Sid: ";
const IN_A_STATEMENT: &str = "              ";
/// The limit of an action on the index.
const INDEX: &str = "the index due";
/// The table, and its index: those of the stack, or those of a table that exists.
const OF_THE_TABLE: &str = "!If [MakesTable, !GetAtt Table.Arn, !Sub \"arn:${AWS::Partition}:\
    dynamodb:${AWS::Region}:${AWS::AccountId}:table/${ExistingTableName}\"]";
const OF_THE_INDEX: &str = "!If [MakesTable, !Sub \"${Table.Arn}/index/due\", !Sub \"arn:\
    ${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${ExistingTableName}\
    /index/due\"]";
/// The attributes of every key.
const KEY: &str = "pk, sk, ";

/// A statement on partitions of the table or of its index.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Statement {
    lines: Range<usize>,
    /// What the actions are limited to: see [`parts`].
    limit: String,
    actions: Vec<String>,
    prefixes: Vec<String>,
}

/// The template with the policies that `grants` asks for.
pub fn with_grants(template: &str, grants: &Grants) -> String {
    let mut lines: Vec<String> = template.lines().map(str::to_owned).collect();
    // From the last to the first, so that the numbers of the lines before stay right.
    for block in functions(&lines).into_iter().rev() {
        let name = lines[block.clone()]
            .iter()
            .find_map(|line| line.trim().strip_prefix("CodeUri: functions/").map(str::to_owned));
        let Some(name) = name else { continue };
        let of_the_function = grants.iter().filter(|((function, _), _)| *function == name);
        let granted: Granted = of_the_function
            .map(|((_, prefix), actions)| (prefix.clone(), actions.clone()))
            .collect();
        write_function(&mut lines, block, &granted);
    }
    lines.join("\n") + "\n"
}

/// The lines of each function, without blank lines and comments behind it.
fn functions(lines: &[String]) -> Vec<Range<usize>> {
    let is_head = |line: &str| line.starts_with("  ") && !line.starts_with("   ");
    let heads = lines.iter().enumerate().filter(|(_, line)| {
        is_head(line) && line.trim_end().ends_with("Function:") && !line.contains('#')
    });
    let end = |start: usize| {
        let length = lines[start + 1..].iter().take_while(|line| !is_outside(line)).count();
        let block = &lines[start + 1..=start + length];
        start + 1 + block.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |at| at + 1)
    };
    heads.map(|(start, _)| start..end(start)).collect()
}

fn is_outside(line: &str) -> bool {
    !line.is_empty() && !line.starts_with("   ")
}

fn write_function(lines: &mut Vec<String>, block: Range<usize>, granted: &Granted) {
    let before = statements(lines, block.clone());
    let mut after = before.clone();
    let of_grants = granted.values().flatten().map(|action| parts(action).1.to_owned());
    let of_statements = before.iter().map(|statement| statement.limit.clone());
    for limit in of_grants.chain(of_statements).collect::<BTreeSet<_>>() {
        correct(&mut after, &within(granted, &limit), &limit);
    }
    let added: Vec<String> = after.split_off(before.len()).iter().flat_map(new_statement).collect();
    let mut end = before.last().map(|statement| statement.lines.end);
    if end.is_none() && !added.is_empty() {
        let header = lines[block.clone()].iter().position(|line| line.trim() == "Statement:");
        end = Some(header.map_or(block.end, |at| block.start + at + 1));
        if header.is_none() {
            let policies =
                ["      Policies:", "        - Version: \"2012-10-17\"", "          Statement:"];
            lines.splice(block.end..block.end, policies.map(str::to_owned));
            end = Some(block.end + policies.len());
        }
    }
    if let Some(end) = end {
        lines.splice(end..end, added);
    }
    for (old, new) in before.iter().zip(&after).rev() {
        if new.prefixes.is_empty() {
            lines.drain(old.lines.clone());
        } else if old != new {
            let rewritten = rewritten(&lines[old.lines.clone()], new);
            lines.splice(old.lines.clone(), rewritten);
        }
    }
}

/// What is granted with one limit.
fn within(granted: &Granted, limit: &str) -> Granted {
    let of_it = granted.iter().map(|(prefix, actions)| {
        let actions = actions.iter().map(|action| parts(action));
        let named = actions.filter(|(_, of)| *of == limit).map(|(name, _)| name.to_owned());
        (prefix.clone(), named.collect::<BTreeSet<_>>())
    });
    of_it.filter(|(_, actions)| !actions.is_empty()).collect()
}

/// Gives each statement with the limit its prefixes and actions, and adds those that are missing.
fn correct(statements: &mut Vec<Statement>, granted: &Granted, limit: &str) {
    let mut missing: Vec<&String> = granted.keys().collect();
    let of_it = |statement: &&mut Statement| statement.limit == limit;
    for statement in statements.iter_mut().filter(of_it) {
        statement.prefixes.retain(|prefix| granted.contains_key(prefix));
        missing.retain(|prefix| !statement.prefixes.contains(prefix));
    }
    for prefix in missing {
        let actions = &granted[prefix];
        let same = |statement: &&mut Statement| {
            statement.limit == limit
                && !statement.prefixes.is_empty()
                && statement.actions.iter().collect::<BTreeSet<_>>() == actions.iter().collect()
        };
        if let Some(statement) = statements.iter_mut().find(same) {
            statement.prefixes.push(prefix.clone());
        } else {
            let (actions, prefixes) = (Vec::from_iter(actions.clone()), vec![prefix.clone()]);
            let limit = limit.to_owned();
            statements.push(Statement { lines: 0..0, limit, actions, prefixes });
        }
    }
    for statement in statements.iter_mut().filter(of_it) {
        let of_prefixes = statement.prefixes.iter().flat_map(|prefix| &granted[prefix]);
        let needed: BTreeSet<&String> = of_prefixes.collect();
        statement.actions.retain(|action| needed.contains(action));
        let new = needed.into_iter().filter(|action| !statement.actions.contains(action));
        let new: Vec<String> = new.cloned().collect();
        statement.actions.extend(new);
    }
}

/// The statements with a condition on partitions.
fn statements(lines: &[String], block: Range<usize>) -> Vec<Statement> {
    let starts = block.clone().filter(|at| lines[*at].starts_with(STATEMENT));
    let found = starts.filter_map(|start| {
        let inside = lines[start + 1..block.end].iter();
        let end = start + 1 + inside.take_while(|line| line.starts_with(IN_A_STATEMENT)).count();
        let text = lines[start..end].join("\n");
        let keys = between(&text, "dynamodb:LeadingKeys: [", "]")?;
        Some(Statement {
            lines: start..end,
            limit: match between(&text, "dynamodb:Attributes: [", "]") {
                Some(attributes) => attributes.trim_start_matches(KEY).to_owned(),
                None if text.contains("/index/due") => INDEX.to_owned(),
                None => String::new(),
            },
            actions: words(between(&text, "Action:", "Resource:")?),
            prefixes: words(keys).iter().map(|key| key.trim_end_matches('*').to_owned()).collect(),
        })
    });
    found.collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(inside, _)| inside)
}

/// The items of a list in YAML, in brackets or one on a line.
fn words(list: &str) -> Vec<String> {
    let separators = |c: char| c.is_whitespace() || "[],\"".contains(c);
    list.split(separators)
        .filter(|word| !word.is_empty() && *word != "-")
        .map(str::to_owned)
        .collect()
}

fn rewritten(lines: &[String], new: &Statement) -> Vec<String> {
    let mut result = Vec::new();
    let mut in_actions = false;
    for line in lines {
        let text = line.trim();
        in_actions = in_actions && text.starts_with("- ");
        if text.starts_with("Action:") {
            in_actions = true;
            result.push(action_line(new));
        } else if text.starts_with("ForAllValues:StringLike:") {
            result.push(keys_line(new));
        } else if !in_actions {
            result.push(line.clone());
        }
    }
    result
}

fn action_line(statement: &Statement) -> String {
    match statement.actions.as_slice() {
        [only] => format!("{IN_A_STATEMENT}Action: {only}"),
        actions => format!("{IN_A_STATEMENT}Action: [{}]", actions.join(", ")),
    }
}

fn keys_line(statement: &Statement) -> String {
    let mut keys = String::new();
    for (at, prefix) in statement.prefixes.iter().enumerate() {
        let separator = if at == 0 { "" } else { ", " };
        let _ = write!(keys, "{separator}\"{prefix}*\"");
    }
    format!("{IN_A_STATEMENT}  ForAllValues:StringLike: {{ dynamodb:LeadingKeys: [{keys}] }}")
}

/// It is named after the domain of its prefix.
fn new_statement(statement: &Statement) -> Vec<String> {
    let prefix = statement.prefixes.first().map_or("", String::as_str);
    let has = |name: &str| name == prefix;
    let domain = DOMAINS.iter().find(|domain| domain.prefixes.iter().any(|one| has(one.name)));
    let name = domain.map_or("table", |domain| domain.name);
    // IAM takes letters and digits only.
    let sid: String = name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
    let (sid, resource) = match statement.limit.as_str() {
        "" => (sid, OF_THE_TABLE),
        INDEX => (format!("Due{sid}"), OF_THE_INDEX),
        _ => (format!("PartsOf{sid}"), OF_THE_TABLE),
    };
    let mut lines = vec![
        format!("{STATEMENT}{sid}"),
        format!("{IN_A_STATEMENT}Effect: Allow"),
        action_line(statement),
        format!("{IN_A_STATEMENT}Resource: {resource}"),
        format!("{IN_A_STATEMENT}Condition:"),
        keys_line(statement),
        format!("{IN_A_STATEMENT}  \"Null\": {{ dynamodb:LeadingKeys: \"false\" }}"),
    ];
    if !["", INDEX].contains(&statement.limit.as_str()) {
        let attributes = format!("{KEY}{}", statement.limit);
        let returned = "[NONE, UPDATED_OLD, UPDATED_NEW]";
        lines.extend([
            format!(
                "{IN_A_STATEMENT}  ForAllValues:StringEquals: \
                 {{ dynamodb:Attributes: [{attributes}] }}"
            ),
            format!(
                "{IN_A_STATEMENT}  StringEqualsIfExists: {{ dynamodb:ReturnValues: {returned} }}"
            ),
        ]);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grants::{self, grants};

    const TEMPLATE: &str = r"Resources:
  # Notes.
  NotesFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/notes

  NotesLogs:
    Type: AWS::Logs::LogGroup
";

    fn granted(cells: &[(&str, &[&str])]) -> Grants {
        let cell = |(prefix, actions): &(&str, &[&str])| {
            let actions = actions.iter().map(|action| (*action).to_owned()).collect();
            (("notes".to_owned(), (*prefix).to_owned()), actions)
        };
        cells.iter().map(cell).collect()
    }

    #[test]
    fn the_committed_template_has_nothing_to_correct() {
        let path = crate::template::Template::find().unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(with_grants(&text, &grants()), text, "run `cargo run -- generate`");
    }

    #[test]
    fn a_function_without_policies_gets_them_and_a_grant_that_ends_is_removed() {
        let first = granted(&[
            ("AUTH#", &["dynamodb:GetItem"]),
            ("OTP#", &["dynamodb:GetItem", grants::OF_THE_INDEX]),
        ]);
        let written = with_grants(TEMPLATE, &first);
        assert!(written.contains("LeadingKeys: [\"AUTH#*\", \"OTP#*\"]"), "{written}");
        assert!(written.contains("Sid: DueOtp"), "{written}");
        assert!(written.ends_with("\n\n  NotesLogs:\n    Type: AWS::Logs::LogGroup\n"));
        assert_eq!(with_grants(&written, &first), written);
        let second = granted(&[("OTP#", &["dynamodb:GetItem", "dynamodb:PutItem"])]);
        let changed = with_grants(&written, &second);
        assert!(!changed.contains("AUTH#") && !changed.contains("index/due"), "{changed}");
        assert!(changed.contains("Action: [dynamodb:GetItem, dynamodb:PutItem]"), "{changed}");
    }
}
