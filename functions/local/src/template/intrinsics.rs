//! CloudFormation's intrinsic functions, conditions and dynamic references, as far as this
//! project's template uses them.
//!
//! Invariant: an undeclared name is an error, never an empty string. `AWS::NoValue` removes its
//! property, as in a deploy.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{document::Texts, error::TemplateError, location::Location};

/// The logical id of the table that all functions use.
pub(super) const TABLE: &str = "Table";

/// Values for the names and secrets that only a deploy creates.
#[derive(Debug, Clone, Default)]
pub struct StandIns {
    /// The table's name; by default its logical id, as with `sam local`.
    pub table_name: Option<String>,
    /// The values of the generated secrets, by logical id.
    pub secrets: Texts,
}

/// What references resolve to.
pub(super) struct Scope<'a> {
    document: &'a Value,
    parameters: Texts,
    stand_ins: &'a StandIns,
}

impl<'a> Scope<'a> {
    pub(super) fn new(document: &'a Value, parameters: Texts, stand_ins: &'a StandIns) -> Self {
        Self { document, parameters, stand_ins }
    }

    /// Whether the resource has no condition, or a true one.
    pub(super) fn is_created(&self, resource: &Value) -> Result<bool, TemplateError> {
        resource["Condition"].as_str().map_or(Ok(true), |name| self.condition(name))
    }

    /// The string that a property resolves to. It must exist.
    pub(super) fn required_text(
        &self,
        value: Option<&Value>,
        location: &Location,
    ) -> Result<String, TemplateError> {
        let value = value.map(|value| self.resolve(value, location)).transpose()?.flatten();
        match value {
            Some(Value::String(text)) => Ok(text),
            _ => Err(location.must_be("a string")),
        }
    }

    /// The whole number that a property resolves to.
    pub(super) fn number(&self, value: &Value, location: &Location) -> Result<u64, TemplateError> {
        let text = self.required_text(Some(value), location)?;
        text.parse().map_err(|_| location.must_be("a whole number"))
    }

    /// The strings that a mapping resolves to; empty if there is no mapping.
    pub(super) fn texts(
        &self,
        mapping: &Value,
        location: &Location,
    ) -> Result<HashMap<String, String>, TemplateError> {
        let mut texts = HashMap::new();
        for (name, value) in mapping.as_object().into_iter().flat_map(Map::iter) {
            let location = location.child(name);
            match self.resolve(value, &location)? {
                Some(Value::String(text)) => {
                    texts.insert(name.clone(), self.with_secrets(&text, &location)?)
                }
                None => None,
                Some(_) => return Err(location.must_be("a string")),
            };
        }
        Ok(texts)
    }

    /// Resolves a node; `None` for `AWS::NoValue`.
    pub(super) fn resolve(
        &self,
        value: &Value,
        location: &Location,
    ) -> Result<Option<Value>, TemplateError> {
        match value {
            Value::Array(items) => {
                let items: Result<Vec<_>, _> =
                    items.iter().map(|item| self.resolve(item, location)).collect();
                Ok(Some(items?.into_iter().flatten().collect()))
            }
            Value::Object(object) => match intrinsic(object) {
                Some((name, argument)) => self.call(name, argument, location),
                None => self.members(object, location).map(Some),
            },
            scalar => Ok(Some(scalar.clone())),
        }
    }

    fn members(
        &self,
        object: &Map<String, Value>,
        location: &Location,
    ) -> Result<Value, TemplateError> {
        let mut resolved = Map::new();
        for (name, value) in object {
            if let Some(value) = self.resolve(value, &location.child(name))? {
                resolved.insert(name.clone(), value);
            }
        }
        Ok(Value::Object(resolved))
    }

    fn call(
        &self,
        name: &str,
        argument: &Value,
        location: &Location,
    ) -> Result<Option<Value>, TemplateError> {
        let parts = argument.as_array().map_or(&[][..], Vec::as_slice);
        match (name, parts) {
            ("Ref", _) if argument == "AWS::NoValue" => Ok(None),
            ("Ref", _) => self
                .reference(plain_text(argument, location)?, location)
                .map(|text| Some(text.into())),
            ("Fn::GetAtt", [Value::String(id), Value::String(attribute)]) => {
                self.attribute(id, attribute, location).map(|text| Some(text.into()))
            }
            ("Fn::GetAtt", _) => {
                let (id, attribute) =
                    plain_text(argument, location)?.split_once('.').unwrap_or_default();
                self.attribute(id, attribute, location).map(|text| Some(text.into()))
            }
            ("Fn::Sub", [Value::String(text), variables]) => {
                let variables = self.texts(variables, location)?;
                self.substitute(text, &variables, location).map(|text| Some(text.into()))
            }
            ("Fn::Sub", _) => {
                let text = plain_text(argument, location)?;
                self.substitute(text, &HashMap::new(), location).map(|text| Some(text.into()))
            }
            ("Fn::If", [Value::String(condition), then, otherwise]) => {
                let chosen = if self.condition(condition)? { then } else { otherwise };
                self.resolve(chosen, location)
            }
            ("Fn::Join", [Value::String(separator), items]) => {
                let Some(Value::Array(items)) = self.resolve(items, location)? else {
                    return Err(location.must_be("a list of strings to join"));
                };
                let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                Ok(Some(texts.join(separator).into()))
            }
            ("Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" | "Condition", _) => {
                self.boolean(name, argument, location).map(|value| Some(value.to_string().into()))
            }
            _ => Err(TemplateError::UnknownIntrinsic {
                location: location.to_string(),
                name: name.to_owned(),
            }),
        }
    }

    pub(super) fn condition(&self, name: &str) -> Result<bool, TemplateError> {
        let location = Location::new("Conditions").child(name);
        let declared = self.document["Conditions"].get(name).and_then(Value::as_object);
        let (function, argument) = declared.and_then(intrinsic).ok_or_else(|| {
            TemplateError::UnknownName { location: location.to_string(), name: name.to_owned() }
        })?;
        self.boolean(function, argument, &location)
    }

    fn boolean(
        &self,
        name: &str,
        argument: &Value,
        location: &Location,
    ) -> Result<bool, TemplateError> {
        if name == "Condition" {
            return self.condition(plain_text(argument, location)?);
        }
        let parts = argument.as_array().ok_or_else(|| location.must_be("a list"))?;
        let booleans = || -> Result<Vec<bool>, TemplateError> {
            parts.iter().map(|part| self.condition_part(part, location)).collect()
        };
        match (name, parts.as_slice()) {
            ("Fn::Equals", [left, right]) => {
                Ok(self.resolve(left, location)? == self.resolve(right, location)?)
            }
            ("Fn::Not", [_]) => Ok(!booleans()?[0]),
            ("Fn::And", _) => Ok(booleans()?.into_iter().all(|value| value)),
            ("Fn::Or", _) => Ok(booleans()?.into_iter().any(|value| value)),
            _ => Err(TemplateError::UnknownIntrinsic {
                location: location.to_string(),
                name: name.to_owned(),
            }),
        }
    }

    fn condition_part(&self, part: &Value, location: &Location) -> Result<bool, TemplateError> {
        let (name, argument) = part
            .as_object()
            .and_then(intrinsic)
            .ok_or_else(|| location.must_be("a list of conditions"))?;
        self.boolean(name, argument, location)
    }

    /// The name of a table: of an existing one, where the parameter for it has a value.
    pub(super) fn table_name(
        &self,
        id: &str,
        location: &Location,
    ) -> Result<String, TemplateError> {
        let existing = self.parameters.get(&format!("Existing{id}Name"));
        match existing.filter(|name| !name.is_empty()) {
            Some(name) => Ok(name.clone()),
            None => self.reference(id, location),
        }
    }

    fn reference(&self, name: &str, location: &Location) -> Result<String, TemplateError> {
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        if let Some(value) = pseudo_parameter(name) {
            return Ok(value.to_owned());
        }
        let resource = self.resource(name, location)?;
        match (&resource["Type"], &self.stand_ins.table_name) {
            (_, Some(table)) if name == TABLE => Ok(table.clone()),
            (Value::String(kind), _) if kind == "AWS::SNS::Topic" => {
                Ok(format!("arn:aws:sns:us-east-1:123456789012:{name}"))
            }
            _ => Ok(name.to_owned()),
        }
    }

    fn attribute(
        &self,
        id: &str,
        attribute: &str,
        location: &Location,
    ) -> Result<String, TemplateError> {
        let name = self.resource(id, location).and_then(|_| self.reference(id, location))?;
        Ok(format!("arn:aws:local:::{name}/{attribute}"))
    }

    /// The declared resource. SAM also creates some by itself, such as `ServerlessHttpApi` and the
    /// functions' roles, which resolve to null.
    fn resource(&self, id: &str, location: &Location) -> Result<&Value, TemplateError> {
        let created_by_sam = id.starts_with("Serverless") || id.ends_with("Role");
        match self.document["Resources"].get(id) {
            Some(resource) => Ok(resource),
            None if created_by_sam => Ok(&Value::Null),
            None => Err(TemplateError::UnknownName {
                location: location.to_string(),
                name: id.to_owned(),
            }),
        }
    }

    /// Replaces `${Name}`, `${Resource.Attribute}` and the names in `variables`. `${!Literal}`
    /// becomes `${Literal}`.
    fn substitute(
        &self,
        text: &str,
        variables: &HashMap<String, String>,
        location: &Location,
    ) -> Result<String, TemplateError> {
        let mut result = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, tail) = after
                .split_once('}')
                .ok_or_else(|| location.must_be("a string in which every ${ is closed"))?;
            result.push_str(before);
            match (name.strip_prefix('!'), variables.get(name), name.split_once('.')) {
                (Some(literal), _, _) => result.extend(["${", literal, "}"]),
                (None, Some(value), _) => result.push_str(value),
                (None, None, Some((id, attribute))) => {
                    result.push_str(&self.attribute(id, attribute, location)?);
                }
                (None, None, None) => result.push_str(&self.reference(name, location)?),
            }
            rest = tail;
        }
        result.push_str(rest);
        Ok(result)
    }

    /// Replaces `{{resolve:secretsmanager:…}}` with the generated secret.
    fn with_secrets(&self, text: &str, location: &Location) -> Result<String, TemplateError> {
        let mut result = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{resolve:") {
            let (reference, tail) = after
                .split_once("}}")
                .ok_or_else(|| location.must_be("a closed dynamic reference"))?;
            let name = reference
                .strip_prefix("secretsmanager:")
                .and_then(|secret| secret.split(':').next());
            let value = name.and_then(|name| self.stand_ins.secrets.get(name));
            let value = value.ok_or_else(|| TemplateError::UnknownName {
                location: location.to_string(),
                name: format!("the secret {}", name.unwrap_or(reference)),
            })?;
            result.push_str(before);
            result.push_str(value);
            rest = tail;
        }
        result.push_str(rest);
        Ok(result)
    }
}

fn intrinsic(object: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = object.iter().next().filter(|_| object.len() == 1)?;
    (name == "Ref" || name == "Condition" || name.starts_with("Fn::")).then_some((name, argument))
}

fn plain_text<'a>(argument: &'a Value, location: &Location) -> Result<&'a str, TemplateError> {
    argument.as_str().ok_or_else(|| location.must_be("a string"))
}

fn pseudo_parameter(name: &str) -> Option<&'static str> {
    match name {
        "AWS::Region" => Some("us-east-1"),
        "AWS::AccountId" => Some("123456789012"),
        "AWS::Partition" => Some("aws"),
        "AWS::StackName" => Some("local"),
        "AWS::StackId" => Some("arn:aws:cloudformation:us-east-1:123456789012:stack/local/local"),
        "AWS::URLSuffix" => Some("amazonaws.com"),
        _ => None,
    }
}
