package io.k8j.apiserver.http;

import io.k8j.apiserver.verb.RequestBody;
import io.k8j.model.proto.ProtobufCodec;
import io.k8j.model.proto.ProtobufException;
import io.k8j.model.resource.GroupVersionKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Request and answer bodies in protobuf. */
final class ProtobufBodies {
    private ProtobufBodies() {}

    /**
     * Reads a body.
     *
     * @param absent the kind of an object that does not tell its own; null if it must
     * @throws ProtobufException with upstream's words as far as it has some
     */
    static RequestBody read(byte[] bytes, GroupVersionKind absent) {
        return new RequestBody(ProtobufCodec.decode(bytes, absent), List.of());
    }

    /** A watch event with its length in front, as protobuf streams have it. */
    static byte[] watchEvent(String type, byte[] objectJson) {
        byte[] event =
                ProtobufCodec.watchEvent(type, ProtobufCodec.encode(io.k8j.model.json.Json.parseObject(objectJson)));
        return java.nio.ByteBuffer.allocate(4 + event.length)
                .putInt(event.length)
                .put(event)
                .array();
    }

    static byte[] write(Map<String, Object> tree) {
        if (tree.containsKey("apiVersion")) return ProtobufCodec.encode(tree);
        Map<String, Object> versioned = new LinkedHashMap<>(tree); // discovery of the core group names none
        versioned.put("apiVersion", "v1");
        return ProtobufCodec.encode(versioned);
    }
}
