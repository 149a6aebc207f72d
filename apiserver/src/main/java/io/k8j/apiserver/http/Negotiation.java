package io.k8j.apiserver.http;

import io.k8j.model.api.ApiException;
import java.util.List;

/**
 * In what form the client wants its answer.
 *
 * @param mediaType {@link MediaTypes#JSON}, {@link MediaTypes#YAML} or {@link MediaTypes#PROTOBUF}
 * @param transform what becomes of the objects
 * @param version version of the transformed kind: {@code v1} or {@code v1beta1}
 */
record Negotiation(String mediaType, Transform transform, String version) {
    private static final Negotiation PLAIN = new Negotiation(MediaTypes.JSON, Transform.NONE, "");

    /** What becomes of the objects. */
    enum Transform {
        NONE,
        TABLE,
        METADATA,
        METADATA_LIST
    }

    /**
     * Chooses the first clause that can be served.
     *
     * @param custom whether the objects have no protobuf form, as custom resources
     * @param tables whether there are rows of these objects; upstream has none of reviews
     * @throws ApiException 406 if none can
     */
    static Negotiation of(Exchange exchange, boolean custom, boolean tables) {
        List<String> wanted = exchange.headers("Accept");
        if (isPlain(wanted)) return PLAIN;
        for (MediaTypes.Clause clause : MediaTypes.accept(wanted)) {
            Negotiation chosen = fit(clause);
            if (chosen == null || (custom && chosen.isWholeProtobuf())) continue;
            if (tables || chosen.transform() != Transform.TABLE) return chosen;
        }
        throw ApiException.notAcceptable(MediaTypes.SUPPORTED);
    }

    /** Chooses for a watch, whose events are single objects; metadata may be asked for under either name. */
    static Negotiation ofWatch(Exchange exchange, boolean custom) {
        for (MediaTypes.Clause clause : MediaTypes.accept(exchange.headers("Accept"))) {
            Negotiation chosen = fit(clause);
            boolean served = chosen != null
                    && !chosen.mediaType().equals(MediaTypes.YAML)
                    && !(custom && chosen.isWholeProtobuf());
            if (served) {
                return chosen;
            }
        }
        throw ApiException.notAcceptable(
                List.of("application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"));
    }

    /** Nearly all requests ask for nothing else. */
    private static boolean isPlain(List<String> wanted) {
        return wanted.size() == 1 && wanted.getFirst().equals(MediaTypes.JSON);
    }

    private boolean isWholeProtobuf() {
        return transform == Transform.NONE && mediaType.equals(MediaTypes.PROTOBUF);
    }

    private static Negotiation fit(MediaTypes.Clause clause) {
        String mediaType = MediaTypes.SUPPORTED.stream()
                .filter(clause::matches)
                .findFirst()
                .orElse(null);
        if (mediaType == null) {
            return null;
        }
        String as = clause.parameter("as");
        if (as.isEmpty()) {
            return new Negotiation(mediaType, Transform.NONE, "");
        }
        String version = clause.parameter("v");
        if (!clause.parameter("g").equals("meta.k8s.io") || !(version.equals("v1") || version.equals("v1beta1"))) {
            return null;
        }
        return switch (as) {
            case "Table" ->
                mediaType.equals(MediaTypes.PROTOBUF) ? null : new Negotiation(mediaType, Transform.TABLE, version);
            case "PartialObjectMetadata" -> new Negotiation(mediaType, Transform.METADATA, version);
            case "PartialObjectMetadataList" -> new Negotiation(mediaType, Transform.METADATA_LIST, version);
            default -> null;
        };
    }
}
