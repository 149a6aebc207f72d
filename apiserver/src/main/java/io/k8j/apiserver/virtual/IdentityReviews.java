package io.k8j.apiserver.virtual;

import io.k8j.apiserver.TokenChecker;
import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.apiserver.verb.Admission;
import io.k8j.apiserver.verb.Handler;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The kinds of authentication.k8s.io. */
public final class IdentityReviews {
    private IdentityReviews() {}

    /**
     * TokenReview: who a token stands for.
     *
     * @param checker null if tokens cannot be checked yet
     */
    public static Handler tokens(TokenChecker checker, Admission admission) {
        return call -> {
            Map<String, Object> review = Reviews.admitted(call, admission);
            String token = Trees.string(review, "spec", "token");
            if (token == null || token.isEmpty())
                throw ApiException.badRequest("token is required for TokenReview in authentication");
            if (checker == null) throw ApiException.internal("no token authenticator is configured");
            List<String> audiences = new ArrayList<>();
            for (Object a : Trees.list(review, "spec", "audiences")) audiences.add(String.valueOf(a));
            Map<String, Object> status = new LinkedHashMap<>(checker.check(token, audiences));
            status.putIfAbsent("user", Map.of());
            review.put("status", status);
            review.putIfAbsent("metadata", new LinkedHashMap<>());
            return call.answerAsIs(201, ApiObject.ofJson(Json.write(review)));
        };
    }

    /** SelfSubjectReview: who the caller is. */
    public static Handler self(Admission admission) {
        return call -> {
            Map<String, Object> review = Reviews.admitted(call, admission);
            UserInfo user = call.context().user();
            Map<String, Object> info = new LinkedHashMap<>();
            info.put("username", user.name());
            if (!user.uid().isEmpty()) info.put("uid", user.uid());
            if (!user.groups().isEmpty()) info.put("groups", new ArrayList<Object>(user.groups()));
            if (!user.extra().isEmpty()) info.put("extra", new LinkedHashMap<String, Object>(user.extra()));
            Map<String, Object> metadata = new LinkedHashMap<>();
            metadata.put("creationTimestamp", SystemFields.time(call.context().now()));
            review.put("metadata", metadata);
            review.put("status", new LinkedHashMap<>(Map.of("userInfo", info)));
            return call.answerAsIs(201, ApiObject.ofJson(Json.write(review)));
        };
    }
}
