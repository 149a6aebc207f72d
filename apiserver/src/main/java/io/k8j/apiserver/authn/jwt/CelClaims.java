package io.k8j.apiserver.authn.jwt;

import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.cel.Values;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How expressions see a token's claims and the user made of them. */
final class CelClaims {
    private CelClaims() {}

    /** All numbers are {@code double}, as upstream decodes them. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> of(Map<String, Object> claims) {
        return (Map<String, Object>) Values.ofTree(doubles(claims));
    }

    private static Object doubles(Object tree) {
        return switch (tree) {
            case Map<?, ?> map -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                Trees.asMap(map).forEach((key, value) -> copy.put(key, doubles(value)));
                yield copy;
            }
            case List<?> list -> {
                List<Object> copy = new ArrayList<>();
                list.forEach(item -> copy.add(doubles(item)));
                yield copy;
            }
            case Number number -> number.doubleValue();
            case null, default -> tree;
        };
    }

    static Map<String, Object> of(UserInfo user) {
        return Map.of("username", user.name(), "uid", user.uid(), "groups", user.groups(), "extra", user.extra());
    }
}
