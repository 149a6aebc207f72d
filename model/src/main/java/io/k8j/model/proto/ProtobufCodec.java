package io.k8j.model.proto;

import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Translates objects of built-in kinds between trees and {@code application/vnd.kubernetes.protobuf}. Custom resources
 * have no protobuf form. Safe for use by several threads.
 */
public final class ProtobufCodec {
    private ProtobufCodec() {}

    /** Whether bytes begin as upstream's protobuf objects do. */
    public static boolean isProtobuf(byte[] bytes) {
        return Envelope.isProtobuf(bytes);
    }

    /**
     * Writes a whole object with its envelope. Its {@code apiVersion} and {@code kind} choose the schema; items of a list
     * lose theirs, as upstream's do.
     *
     * @throws ProtobufException if the kind is no built-in one or a value does not fit its field
     */
    public static byte[] encode(Map<String, Object> object) {
        String apiVersion = word(object, "apiVersion");
        String kind = word(object, "kind");
        return Envelope.wrap(apiVersion, kind, message(schema(apiVersion, kind), object));
    }

    /**
     * Reads a whole object from its envelope. The result has {@code kind} and {@code apiVersion} first and fits {@link
     * io.k8j.model.schema.Defaulter} and {@link io.k8j.model.schema.Canonical}, which settles what is empty.
     *
     * @throws ProtobufException if the bytes are malformed or the kind is no built-in one
     */
    public static Map<String, Object> decode(byte[] bytes) {
        return decode(bytes, null);
    }

    /**
     * The same for an object that may leave out its kind.
     *
     * @param absent what is meant then; null if it must be there
     */
    public static Map<String, Object> decode(byte[] bytes, GroupVersionKind absent) {
        Envelope.Opened opened = Envelope.open(bytes);
        GroupVersionKind kind = stated(opened, absent);
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("kind", kind.kind());
        object.put("apiVersion", kind.apiVersion());
        Schema schema = schema(kind.apiVersion(), kind.kind());
        try {
            object.putAll(Decoder.message(schema, bytes, opened.start(), opened.end()));
        } catch (ProtobufException e) {
            throw ProtobufException.within(kind, e);
        }
        return object;
    }

    /** A version that is none counts as absent, too. */
    private static GroupVersionKind stated(Envelope.Opened opened, GroupVersionKind absent) {
        boolean versioned = !opened.apiVersion().isEmpty()
                && opened.apiVersion().indexOf('/') == opened.apiVersion().lastIndexOf('/');
        if (absent == null || versioned && !opened.kind().isEmpty()) {
            return GroupVersionKind.of(opened.apiVersion(), opened.kind());
        }
        return GroupVersionKind.of(
                versioned ? opened.apiVersion() : absent.apiVersion(),
                opened.kind().isEmpty() ? absent.kind() : opened.kind());
    }

    /** apiVersion and kind of a wrapped object, without reading the rest. */
    public static GroupVersionKind kind(byte[] bytes) {
        Envelope.Opened opened = Envelope.open(bytes);
        return GroupVersionKind.of(opened.apiVersion(), opened.kind());
    }

    /** Writes an object's message without envelope, as it stands in lists. */
    public static byte[] message(Schema schema, Map<String, Object> object) {
        return Encoder.message(schema, object);
    }

    /** Reads a message without envelope. */
    public static Map<String, Object> message(Schema schema, byte[] message) {
        return Decoder.message(schema, message, 0, message.length);
    }

    /** Puts apiVersion and kind around a message that {@link #message(Schema, Map)} made. */
    public static byte[] envelope(String apiVersion, String kind, byte[] message) {
        return Envelope.wrap(apiVersion, kind, message);
    }

    /**
     * Puts a list together from its items' messages, which may have been made once and kept.
     *
     * @param metadata the list's metadata tree
     */
    public static byte[] list(String apiVersion, String listKind, Map<String, Object> metadata, List<byte[]> items) {
        BackwardBuffer out = new BackwardBuffer();
        for (int i = items.size() - 1; i >= 0; i--) out.bytes(2, items.get(i));
        out.bytes(1, message(Schemas.type("io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta"), metadata));
        return Envelope.wrap(apiVersion, listKind, out.toBytes());
    }

    /**
     * One event of a watch. On the wire each stands behind its length as 4 bytes, high byte first.
     *
     * @param type such as {@code ADDED}
     * @param object the object in its envelope
     */
    public static byte[] watchEvent(String type, byte[] object) {
        BackwardBuffer out = new BackwardBuffer();
        int before = out.position();
        out.bytes(1, object);
        out.close(2, before);
        out.text(1, type);
        return out.toBytes();
    }

    /**
     * Looks at the outside only.
     *
     * @throws ProtobufException in upstream's words if it cannot be an object in protobuf
     */
    public static void checkEnvelope(byte[] bytes) {
        Envelope.check(bytes);
    }

    private static Schema schema(String apiVersion, String kind) {
        GroupVersionKind wanted = GroupVersionKind.of(apiVersion, kind);
        Schema schema = Schemas.kind(wanted);
        if (schema == null) throw ProtobufException.unknown(wanted);
        return schema;
    }

    private static String word(Map<String, Object> object, String field) {
        return object.get(field) instanceof String text ? text : "";
    }
}
