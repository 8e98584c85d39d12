import fc from "fast-check";
import Long from "long";
import { expect, test } from "vitest";
import {
  dataHeadSize,
  dataRoom,
  decodeBytesMessage,
  decodePacket,
  encodeError,
  encodeRequest,
  encodeStat,
  endOfStats,
  finishPacket,
  MalformedPacket,
  putDataHead,
  putStat,
  statRoom,
} from "../../../src/solver/buildkit/filesync/packet.ts";
import { common, fsutil } from "../../../src/solver/buildkit/proto/gen/buildkit.js";

const { PacketType } = fsutil.Packet;
const name = fc.string({ unit: "binary-ascii", maxLength: 300 });
const id = fc.integer({ min: 0, max: 0xffff_ffff });
const stat = fc.record({
  path: name,
  mode: id,
  size: fc.maxSafeNat(),
  mtime: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  linkname: name,
  devMajor: fc.nat(),
  devMinor: fc.nat(),
});

test("what we write, the code made from the schema reads", () => {
  fc.assert(
    fc.property(stat, id, (given, number) => {
      const read = fsutil.Packet.decode(encodeStat(given));
      expect(read.type).toBe(PacketType.PACKET_STAT);
      expect({
        path: read.stat?.path ?? "",
        mode: read.stat?.mode ?? 0,
        size: Number(read.stat?.size ?? 0),
        mtime: BigInt(String(read.stat?.modTime ?? 0)),
        linkname: read.stat?.linkname ?? "",
        devMajor: Number(read.stat?.devmajor ?? 0),
        devMinor: Number(read.stat?.devminor ?? 0),
      }).toEqual(given);
      expect([read.stat?.uid || 0, read.stat?.gid || 0]).toEqual([0, 0]);
      const request = fsutil.Packet.decode(encodeRequest(number));
      expect([request.type, request.id]).toEqual([PacketType.PACKET_REQ, number]);
    }),
  );
  const error = fsutil.Packet.decode(encodeError("größer ".repeat(100)));
  expect([error.type, Buffer.from(error.data).toString()]).toEqual([PacketType.PACKET_ERR, "größer ".repeat(100)]);
  expect(fsutil.Packet.decode(finishPacket).type).toBe(PacketType.PACKET_FIN);
  expect(fsutil.Packet.decode(endOfStats).stat ?? undefined).toBeUndefined();
});

test("what the code made from the schema writes, we read", () => {
  fc.assert(
    fc.property(stat, id, fc.uint8Array({ maxLength: 500 }), (given, number, data) => {
      const bytes = fsutil.Packet.encode({
        type: PacketType.PACKET_STAT,
        stat: {
          path: given.path,
          mode: given.mode,
          uid: 1000,
          gid: 1000,
          size: Long.fromNumber(given.size),
          modTime: Long.fromString(String(given.mtime)),
          linkname: given.linkname,
          devmajor: Long.fromNumber(given.devMajor),
          devminor: Long.fromNumber(given.devMinor),
          xattrs: { "user.note": Buffer.from("hello") },
        },
      }).finish();
      const attributes = new Map([["user.note", Buffer.from("hello")]]);
      expect(decodePacket(bytes)).toEqual({ kind: "stat", stat: { ...given, attributes } });
      const packet = fsutil.Packet.encode({ type: PacketType.PACKET_DATA, id: number, data }).finish();
      const read = decodePacket(packet);
      if (read.kind !== "data") throw new Error(read.kind);
      expect([read.id, [...read.data]]).toEqual([number, [...data]]);
      expect([...decodeBytesMessage(common.BytesMessage.encode({ data }).finish())]).toEqual([...data]);
    }),
  );
});

test("the head of contents stands right before them", () => {
  fc.assert(
    fc.property(id, fc.uint8Array({ maxLength: 70_000 }), (number, data) => {
      const buffer = Buffer.alloc(dataRoom + data.length, 0xee);
      buffer.set(data, dataRoom);
      const start = putDataHead(buffer, dataRoom, data.length, number);
      expect(start).toBe(dataRoom - dataHeadSize(data.length, number));
      expect(buffer.subarray(0, start).every((byte) => byte === 0xee)).toBe(true);
      const read = fsutil.Packet.decode(buffer.subarray(start));
      expect([read.type, read.id, Buffer.compare(read.data, data)]).toEqual([PacketType.PACKET_DATA, number, 0]);
    }),
  );
});

test("an entry takes the room that was asked for, and nothing around it", () => {
  fc.assert(
    fc.property(stat, fc.nat(20), (given, start) => {
      const buffer = Buffer.alloc(start + statRoom(given) + 1, 0xee);
      const end = putStat(buffer, start, given, given);
      expect(end).toBeLessThanOrEqual(start + statRoom(given));
      expect(Buffer.compare(buffer.subarray(start, end), encodeStat(given))).toBe(0);
      expect([...buffer.subarray(0, start), ...buffer.subarray(end)].every((byte) => byte === 0xee)).toBe(true);
    }),
  );
});

test("names are bytes: those that are no text come through", () => {
  const given = { path: "\xff\xfe/\x80", mode: 1, size: 0, mtime: 0n, linkname: "\xc3", devMajor: 0, devMinor: 0 };
  expect(decodePacket(encodeStat(given))).toEqual({ kind: "stat", stat: given });
});

test("no bytes do anything but read or be refused", () => {
  const refusedOrRead = (bytes: Uint8Array) => {
    try {
      decodePacket(bytes);
      decodeBytesMessage(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedPacket);
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), refusedOrRead), { numRuns: 2000 });
  fc.assert(
    fc.property(stat, fc.nat(400), fc.nat(255), (given, at, byte) => {
      const bytes = encodeStat(given);
      bytes[at % bytes.length] = byte;
      refusedOrRead(bytes);
      refusedOrRead(bytes.subarray(0, at % bytes.length));
    }),
  );
});
