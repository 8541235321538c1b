// AWS's own JavaScript clients against the server at AWS_ENDPOINT_URL: one line of JSON per call that was made.
// Run with NODE_PATH naming the folder of the packages.
const cfn = require("@aws-sdk/client-cloudformation");
const ecr = require("@aws-sdk/client-ecr");
const logs = require("@aws-sdk/client-cloudwatch-logs");
const s3 = require("@aws-sdk/client-s3");
const sts = require("@aws-sdk/client-sts");
const { Readable } = require("node:stream");

const TEMPLATE = "Resources: {Topic: {Type: 'AWS::SNS::Topic'}, Queue: {Type: 'AWS::SQS::Queue'}}";
const CHANGED = "Resources: {Topic: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: x}}, Queue: {Type: 'AWS::SQS::Queue'}}";

async function main() {
  const options = { region: process.env.AWS_REGION };
  const stacks = new cfn.CloudFormationClient(options);
  const store = new s3.S3Client({ ...options, forcePathStyle: true });
  const images = new ecr.ECRClient(options);
  const log = new logs.CloudWatchLogsClient(options);
  const say = (name, value) => console.log(JSON.stringify([name, value]));
  const refused = async (name, call) => say(name, await call.then(() => "no error", (error) => `${error.name}: ${error.message}`));

  say("account", (await new sts.STSClient(options).send(new sts.GetCallerIdentityCommand({}))).Account);

  await store.send(new s3.CreateBucketCommand({ Bucket: "sdk" }));
  const Key = "a b/+ü~//x";
  await store.send(new s3.PutObjectCommand({ Bucket: "sdk", Key, Body: "hello", ServerSideEncryption: "AES256", Metadata: { who: "me" } }));
  say("metadata", (await store.send(new s3.HeadObjectCommand({ Bucket: "sdk", Key }))).Metadata);
  say("body", await (await store.send(new s3.GetObjectCommand({ Bucket: "sdk", Key }))).Body.transformToString());
  // A stream goes up in chunks with a trailing checksum.
  await store.send(new s3.PutObjectCommand({ Bucket: "sdk", Key: "stream", Body: Readable.from(["st", "ream"]), ContentLength: 6 }));
  say("streamed", await (await store.send(new s3.GetObjectCommand({ Bucket: "sdk", Key: "stream" }))).Body.transformToString());
  const { UploadId } = await store.send(new s3.CreateMultipartUploadCommand({ Bucket: "sdk", Key: "parts" }));
  const Parts = [];
  for (const [index, size] of [5 * 1024 * 1024, 10].entries()) {
    const part = { Bucket: "sdk", Key: "parts", UploadId, PartNumber: index + 1, Body: Buffer.alloc(size, "x") };
    Parts.push({ PartNumber: index + 1, ETag: (await store.send(new s3.UploadPartCommand(part))).ETag });
  }
  await store.send(new s3.CompleteMultipartUploadCommand({ Bucket: "sdk", Key: "parts", UploadId, MultipartUpload: { Parts } }));
  const keys = [];
  for await (const page of s3.paginateListObjectsV2({ client: store, pageSize: 2 }, { Bucket: "sdk" }))
    keys.push(...page.Contents.map((row) => row.Key));
  say("keys", keys);
  await store.send(new s3.DeleteObjectsCommand({ Bucket: "sdk", Delete: { Objects: keys.map((Key) => ({ Key })) } }));
  await refused("missing object", store.send(new s3.GetObjectCommand({ Bucket: "sdk", Key })));

  await stacks.send(new cfn.CreateStackCommand({ StackName: "sdk", TemplateBody: TEMPLATE, Tags: [{ Key: "a", Value: "b" }] }));
  await cfn.waitUntilStackCreateComplete({ client: stacks, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { StackName: "sdk" });
  await stacks.send(new cfn.CreateChangeSetCommand({ StackName: "sdk", ChangeSetName: "more", TemplateBody: CHANGED, OnStackFailure: "DELETE" }));
  await cfn.waitUntilChangeSetCreateComplete({ client: stacks, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { StackName: "sdk", ChangeSetName: "more" });
  const { Changes } = await stacks.send(new cfn.DescribeChangeSetCommand({ StackName: "sdk", ChangeSetName: "more" }));
  say("changes", Changes.map(({ ResourceChange: c }) => `${c.Action} ${c.LogicalResourceId} ${c.Replacement}`));
  await stacks.send(new cfn.ExecuteChangeSetCommand({ StackName: "sdk", ChangeSetName: "more" }));
  await cfn.waitUntilStackUpdateComplete({ client: stacks, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { StackName: "sdk" });
  let events = 0;
  for await (const page of cfn.paginateDescribeStackEvents({ client: stacks }, { StackName: "sdk" })) events += page.StackEvents.length;
  say("many events", events > 10);
  await stacks.send(new cfn.DeleteStackCommand({ StackName: "sdk", DeletionMode: "STANDARD" }));
  await cfn.waitUntilStackDeleteComplete({ client: stacks, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { StackName: "sdk" });
  await refused("missing stack", stacks.send(new cfn.DescribeStacksCommand({ StackName: "sdk" })));

  await images.send(new ecr.CreateRepositoryCommand({ repositoryName: "sdk" }));
  say("user", Buffer.from((await images.send(new ecr.GetAuthorizationTokenCommand({}))).authorizationData[0].authorizationToken, "base64").toString());
  await images.send(new ecr.DeleteRepositoryCommand({ repositoryName: "sdk", force: true }));
  await refused("missing repository", images.send(new ecr.DeleteRepositoryCommand({ repositoryName: "sdk" })));

  await log.send(new logs.CreateLogGroupCommand({ logGroupName: "/sdk" }));
  await log.send(new logs.CreateLogStreamCommand({ logGroupName: "/sdk", logStreamName: "one" }));
  const logEvents = Array.from({ length: 12 }, (_, i) => ({ timestamp: 1_700_000_000_000 + i, message: `line ${i}` }));
  await log.send(new logs.PutLogEventsCommand({ logGroupName: "/sdk", logStreamName: "one", logEvents }));
  const lines = [];
  for await (const page of logs.paginateFilterLogEvents({ client: log }, { logGroupName: "/sdk", filterPattern: '"line 1"' }))
    lines.push(...page.events.map((event) => event.message));
  say("lines", lines);
  await refused("missing group", log.send(new logs.FilterLogEventsCommand({ logGroupName: "/none" })));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
