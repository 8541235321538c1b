import sharp from "sharp";

/** The key of the object that an event is about: events have it form-encoded. */
export const keyOf = (record) => decodeURIComponent(record.s3.object.key.replaceAll("+", " "));

/** The picture as a JPEG at most `width` pixels wide. */
export const shrink = (picture, width) =>
  sharp(picture).rotate().resize({ width, withoutEnlargement: true }).jpeg().toBuffer();
