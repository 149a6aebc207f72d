package io.k8j.apiserver;

import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.WatchListener;

/**
 * The way to an API server in the same process: a plain call with one identity. Nothing is serialized; objects that
 * come back are the very instances the server keeps.
 */
public final class DirectTransport implements ApiTransport {
    private final ApiServerCore core;
    private final UserInfo user;
    private final String agent;

    /** @param agent name of the program, which manages fields in requests that name no manager */
    public DirectTransport(ApiServerCore core, UserInfo user, String agent) {
        this.core = core;
        this.user = user;
        this.agent = agent;
    }

    @Override
    public ApiResponse call(ApiCall call) {
        return core.call(user, agent, call);
    }

    @Override
    public Watch watch(ApiCall call, WatchListener listener) {
        return core.watch(user, agent, call, listener);
    }

    /** Does nothing: the server belongs to whoever opened it. */
    @Override
    public void close() {}
}
