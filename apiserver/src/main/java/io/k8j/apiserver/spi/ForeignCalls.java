package io.k8j.apiserver.spi;

import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiResponse;
import java.util.Optional;

/** Answers what belongs to servers behind this one. Blocks. Safe for all threads. */
@FunctionalInterface
public interface ForeignCalls {
    /** Everything is served here. */
    ForeignCalls NONE = (user, call) -> Optional.empty();

    /**
     * Answers a call that was authorized already.
     *
     * @return empty if this server is to answer itself
     * @throws io.k8j.model.api.ApiException what the other server says, or 503 if it does not answer
     */
    Optional<ApiResponse> answer(UserInfo user, ApiCall call);
}
