package io.k8j.apiserver.authn;

import java.util.List;

/** Shows several problems as one, as Go does: in brackets if there are more than one. */
final class Problems {
    private Problems() {}

    static String aggregate(List<String> problems) {
        List<String> distinct = problems.stream().distinct().toList();
        return distinct.size() == 1 ? distinct.getFirst() : "[" + String.join(", ", distinct) + "]";
    }
}
