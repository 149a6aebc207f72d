package io.k8j.model.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Json;
import io.k8j.model.json.PartialJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OwnershipTest {
    private static final String OWNER =
            "{'apiVersion':'apps/v1','kind':'ReplicaSet','name':'r','uid':'u','controller':true}";

    private static final Map<String, Ownership> CASES = Map.of(
            "'name':'a'",
            none(),
            "'name':'a','finalizers':['f','g']",
            new Ownership(List.of(), List.of("f", "g"), ""),
            "'deletionTimestamp':'2026-01-02T03:04:05Z'",
            new Ownership(List.of(), List.of(), "2026-01-02T03:04:05Z"),
            "'ownerReferences':[" + OWNER + "]",
            new Ownership(List.of(new Ownership.Owner("apps/v1", "ReplicaSet", "r", "u", true, false)), List.of(), ""),
            "'annotations':{'finalizers':'no','ownerReferences':'no'}",
            none());

    private static Ownership none() {
        return new Ownership(List.of(), List.of(), "");
    }

    private static byte[] json(String metadata) {
        return ("{'kind':'Pod','apiVersion':'v1','metadata':{" + metadata + ",'managedFields':[{'manager':'m'}]}}")
                .replace('\'', '"')
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void isTheSameForObjectsFromBytesFromTreesAndFromTreesWithUnreadParts() {
        CASES.forEach((metadata, expected) -> {
            byte[] json = json(metadata);
            assertThat(Ownership.of(ApiObject.ofJson(json))).as(metadata).isEqualTo(expected);
            assertThat(Ownership.of(ApiObject.ofOrderedJson(json))).as(metadata).isEqualTo(expected);
            assertThat(Ownership.of(ApiObject.ofOrderedJson(json, Json.parseObject(json), "7")))
                    .as(metadata)
                    .isEqualTo(expected);
            Map<String, Object> partial = PartialJson.read(json, Set.of("metadata"));
            assertThat(Ownership.of(ApiObject.ofOrderedJson(json, partial, "7")))
                    .as(metadata)
                    .isEqualTo(expected);
        });
    }

    @Test
    void isEmptyWithoutMetadata() {
        assertThat(Ownership.of(ApiObject.ofJson("{}".getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(none());
    }
}
