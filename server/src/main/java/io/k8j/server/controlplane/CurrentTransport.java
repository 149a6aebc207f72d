package io.k8j.server.controlplane;

import io.k8j.apiserver.ApiServer;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.TransportException;
import io.k8j.model.api.WatchListener;
import java.util.function.Supplier;

/** Direct calls to the API server that runs now; while none runs it cannot be reached. */
final class CurrentTransport implements ApiTransport {
    private final Supplier<ApiServer> server;
    private final UserInfo user;
    private final String agent;

    /** @param server gives null while none runs */
    CurrentTransport(Supplier<ApiServer> server, UserInfo user, String agent) {
        this.server = server;
        this.user = user;
        this.agent = agent;
    }

    private ApiServer current() {
        ApiServer current = server.get();
        if (current == null) {
            throw new TransportException("the API server is stopped", null);
        }
        return current;
    }

    @Override
    public ApiResponse call(ApiCall call) {
        return current().core().call(user, agent, call);
    }

    @Override
    public Watch watch(ApiCall call, WatchListener listener) {
        return current().core().watch(user, agent, call, listener);
    }

    /** Does nothing: the server belongs to whoever started it. */
    @Override
    public void close() {}
}
