package io.k8j.server.join;

import io.k8j.client.https.HttpsTransport;
import io.k8j.client.https.ServerAccess;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.WatchListener;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.time.Duration;

/** HTTPS with a certificate that may be replaced; what was begun with the old one ends with it. */
final class RenewableTransport implements ApiTransport {
    private static final Duration LAST_WATCHES = Duration.ofMinutes(10); // each ends by itself within five

    private final String program;
    private final Time time;
    private volatile HttpsTransport current;

    RenewableTransport(ServerAccess access, String program, Time time) {
        this.program = program;
        this.time = time;
        this.current = new HttpsTransport(access, program);
    }

    void replace(ServerAccess access) {
        HttpsTransport old = current;
        current = new HttpsTransport(access, program);
        time.after(Pace.UPKEEP, LAST_WATCHES, old::close);
    }

    @Override
    public ApiResponse call(ApiCall call) {
        return current.call(call);
    }

    @Override
    public Watch watch(ApiCall call, WatchListener listener) {
        return current.watch(call, listener);
    }

    @Override
    public void writeMetrics(StringBuilder out) {
        current.writeMetrics(out);
    }

    @Override
    public void close() {
        current.close();
    }
}
