package io.k8j.apiserver.spi;

import io.k8j.model.api.ApiCall;

/** Hears of each request before it is looked at, whether it came over HTTPS or from this process; for tests. */
@FunctionalInterface
public interface CallInterceptor {
    /**
     * May block, which delays the request.
     *
     * @param agent the client's program
     * @throws io.k8j.model.api.ApiException refuses the request in its stead; nothing is changed then
     */
    void before(UserInfo user, String agent, ApiCall call);
}
