//! A template with every supported construct, and what it resolves to.

use std::collections::BTreeMap;

use super::*;

const TEMPLATE: &str = r#"
Parameters:
  Seconds: {Type: Number, Default: 900, MinValue: 60, MaxValue: 3600}
  Mode: {Type: String, Default: off, AllowedValues: [on, off]}
  Sender: {Type: String, Default: ""}
Conditions:
  IsOn: !Equals [!Ref Mode, "on"]
  IsOff: !Not [!Condition IsOn]
  Both: !And [!Condition IsOn, !Not [!Equals [!Ref Sender, ""]]]
Globals:
  Function:
    Timeout: 10
    Environment:
      Variables:
        TABLE_NAME: !Ref Table
        SECONDS: !Ref Seconds
        SECRET: !Sub "{{resolve:secretsmanager:${Pepper}:SecretString}}"
Resources:
  Pepper: {Type: "AWS::SecretsManager::Secret"}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions:
        - {AttributeName: pk, AttributeType: S}
        - {AttributeName: n, AttributeType: N}
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      GlobalSecondaryIndexes:
        - IndexName: by-n
          KeySchema: [{AttributeName: n, KeyType: HASH}, {AttributeName: pk, KeyType: RANGE}]
          Projection: {ProjectionType: INCLUDE, NonKeyAttributes: [a, b]}
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
  Auth:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/auth
      Timeout: 5
      Environment:
        Variables:
          OWN: !Sub ["${AWS::Region}-${thing}-${!kept}-${Table.Arn}", {thing: !Ref Mode}]
          MAYBE: !If [IsOff, !Ref "AWS::NoValue", !Join [",", [a, !Ref Mode]]]
          BOTH: !If [Both, "yes", "no"]
      Events:
        Things: {Type: HttpApi, Properties: {Path: /things, Method: any}}
        Rest: {Type: HttpApi, Properties: {Path: "/things/{proxy+}", Method: GET}}
        Fallback: {Type: HttpApi, Properties: {ApiId: !Ref Api}}
        Nightly: {Type: Schedule, Properties: {Schedule: !Sub "rate(${Seconds} minutes)"}}
  Extra:
    Type: AWS::Serverless::Function
    Condition: IsOn
    Properties: {CodeUri: ./functions/extra/}
"#;

fn stand_ins() -> StandIns {
    StandIns {
        table_name: Some("t1".to_owned()),
        secrets: Texts::from([("Pepper".to_owned(), "hot".to_owned())]),
    }
}

fn resolve(overrides: &[(&str, &str)]) -> Result<Deployment, TemplateError> {
    let overrides =
        overrides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Template::parse(TEMPLATE).unwrap().resolve(&overrides, &stand_ins())
}

fn error(overrides: &[(&str, &str)]) -> String {
    resolve(overrides).unwrap_err().to_string()
}

#[test]
fn variables_come_from_globals_parameters_and_stand_ins() {
    let function = &resolve(&[("Seconds", "61")]).unwrap().functions[0];
    assert_eq!((function.group.as_str(), function.timeout.as_secs()), ("auth", 5));
    let variables: BTreeMap<_, _> =
        function.environment.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let expected = BTreeMap::from([
        ("TABLE_NAME", "t1"),
        ("SECONDS", "61"),
        ("SECRET", "hot"),
        ("OWN", "us-east-1-off-${kept}-arn:aws:local:::t1/Arn"),
        ("BOTH", "no"),
    ]);
    assert_eq!(variables, expected);
}

#[test]
fn conditions_select_values_and_resources() {
    let deployment = resolve(&[("Mode", "on"), ("Sender", "me")]).unwrap();
    assert_eq!(deployment.functions[0].environment["MAYBE"], "a,on");
    assert_eq!(deployment.functions[0].environment["BOTH"], "yes");
    assert_eq!(deployment.functions[1].group, "extra");
    assert_eq!(deployment.functions[1].timeout.as_secs(), 10);
}

#[test]
fn an_event_without_path_and_method_is_the_default_route() {
    let routes: Vec<String> =
        resolve(&[]).unwrap().functions[0].routes.iter().map(ToString::to_string).collect();
    assert_eq!(routes, ["ANY /things", "GET /things/{proxy+}", "$default"]);
}

#[test]
fn a_schedule_is_read() {
    assert_eq!(resolve(&[]).unwrap().functions[0].schedule.as_deref(), Some("rate(900 minutes)"));
}

#[test]
fn the_table_is_read_with_its_indexes() {
    let table = resolve(&[]).unwrap().table;
    let hash = |name: &str| KeyElement { attribute: name.to_owned(), kind: KeyKind::Hash };
    assert_eq!(table.name, "t1");
    assert_eq!(table.key, [hash("pk")]);
    assert_eq!(table.indexes[0].key[0], hash("n"));
    assert_eq!(table.indexes[0].included, ["a", "b"]);
    assert_eq!(table.ttl_attribute.as_deref(), Some("expires"));
    assert!(table.point_in_time_recovery);
}

#[test]
fn without_a_stand_in_the_table_has_its_logical_id() {
    let stand_ins = StandIns { table_name: None, ..stand_ins() };
    let deployment =
        Template::parse(TEMPLATE).unwrap().resolve(&Overrides::new(), &stand_ins).unwrap();
    assert_eq!(deployment.table.name, "Table");
}

#[test]
fn an_unknown_parameter_is_reported_with_similar_names() {
    assert_eq!(
        error(&[("Second", "1")]),
        "template.yaml has no parameter Second; similar names: Seconds"
    );
    assert_eq!(error(&[("Zzzzzz", "1")]), "template.yaml has no parameter Zzzzzz");
}

#[test]
fn an_invalid_value_is_rejected() {
    assert_eq!(error(&[("Seconds", "soon")]), "the parameter Seconds must be a number");
    assert!(error(&[("Seconds", "59")]).contains("at least 60"));
    assert!(error(&[("Seconds", "3601")]).contains("at most 3600"));
    assert_eq!(error(&[("Mode", "maybe")]), "the parameter Mode must be one of on, off");
}

#[test]
fn a_route_with_a_final_slash_is_rejected() {
    let template = Template::parse(&TEMPLATE.replace("Path: /things,", "Path: /things/,")).unwrap();
    let error = template.resolve(&Overrides::new(), &stand_ins()).unwrap_err().to_string();
    assert!(error.contains("Resources.Auth.Properties.Events.Things.Path"), "{error}");
}

#[test]
fn an_unknown_reference_is_rejected() {
    let template = Template::parse(&TEMPLATE.replace("!Ref Seconds", "!Ref Minutes")).unwrap();
    let error = template.resolve(&Overrides::new(), &stand_ins()).unwrap_err().to_string();
    assert!(error.contains("refers to Minutes"), "{error}");
}

#[test]
fn text_that_is_not_a_template_is_rejected() {
    assert!(Template::parse("a: [").is_err());
    assert!(Template::parse("just text").is_err());
}
