import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

import { keyOf, shrink } from "./thumbnail.mjs";

// AWS_ENDPOINT_URL_S3 points it at a local S3; those know buckets by their path only.
const client = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL_S3 !== undefined });

/** For each picture put into the upload bucket: a smaller one, of the same name, in the other. */
export const lambdaHandler = async (event) => {
  for (const record of event.Records) {
    const Bucket = record.s3.bucket.name;
    const Key = keyOf(record);
    const picture = await client.send(new GetObjectCommand({ Bucket, Key }));
    const Body = await shrink(
      await picture.Body.transformToByteArray(),
      Number(process.env.THUMBNAIL_WIDTH),
    );
    await client.send(
      new PutObjectCommand({
        Bucket: process.env.THUMBNAIL_BUCKET,
        Key,
        Body,
        ContentType: "image/jpeg",
      }),
    );
    console.log(`made a thumbnail of ${Bucket}/${Key}`);
  }
};
