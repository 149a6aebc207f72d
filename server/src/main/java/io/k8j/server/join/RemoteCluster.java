package io.k8j.server.join;

import io.k8j.client.Client;
import io.k8j.client.https.ServerAccess;
import io.k8j.model.time.Time;
import io.k8j.server.ClusterAccess;
import java.util.ArrayList;
import java.util.List;

/** A cluster whose API server runs elsewhere; all programs of the node act as the node. Thread-safe. */
final class RemoteCluster implements ClusterAccess, AutoCloseable {
    private final Time time;
    private final List<RenewableTransport> transports = new ArrayList<>(); // guarded by this
    private ServerAccess access; // guarded by this

    RemoteCluster(ServerAccess access, Time time) {
        this.access = access;
        this.time = time;
    }

    @Override
    public synchronized Client client(String program, String user, String... groups) {
        RenewableTransport transport = new RenewableTransport(access, program, time);
        transports.add(transport);
        return new Client(transport, time, program);
    }

    /** All clients, also those there are, show another certificate from now on. */
    synchronized void renew(ServerAccess renewed) {
        access = renewed;
        transports.forEach(transport -> transport.replace(renewed));
    }

    @Override
    public Time time() {
        return time;
    }

    @Override
    public synchronized void close() {
        transports.forEach(RenewableTransport::close);
    }
}
