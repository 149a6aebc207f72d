package io.k8j.server.join;

import io.k8j.client.Client;
import io.k8j.client.HttpsTransport;
import io.k8j.client.ServerAccess;
import io.k8j.model.time.Time;
import io.k8j.server.Closing;
import io.k8j.server.ClusterAccess;

/** A cluster whose API server runs elsewhere; all programs of the node act as the node. */
final class RemoteCluster implements ClusterAccess, AutoCloseable {
    private final ServerAccess access;
    private final Time time;
    private final Closing closing = new Closing();

    RemoteCluster(ServerAccess access, Time time) {
        this.access = access;
        this.time = time;
    }

    @Override
    public Client client(String program, String user, String... groups) {
        return closing.add(new Client(new HttpsTransport(access, program), time, program));
    }

    @Override
    public Time time() {
        return time;
    }

    @Override
    public void close() {
        closing.close();
    }
}
