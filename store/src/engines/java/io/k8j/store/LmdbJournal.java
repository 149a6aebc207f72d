package io.k8j.store;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.lmdbjava.ByteBufferProxy;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;

/** Every batch is durable: LMDB has no choice per transaction. */
final class LmdbJournal extends KeyedJournal {
    private final Env<ByteBuffer> env;
    private final Dbi<ByteBuffer> table;
    private final ByteBuffer key = ByteBuffer.allocateDirect(511);
    private ByteBuffer value = ByteBuffer.allocateDirect(64 << 10);

    LmdbJournal(Path path) {
        path.toFile().mkdirs();
        env = Env.create(ByteBufferProxy.PROXY_OPTIMAL).setMapSize(8L << 30).setMaxDbs(1).open(path.toFile());
        table = env.openDbi("kv", DbiFlags.MDB_CREATE);
    }

    @Override
    void write(List<Record> batch, boolean durable) {
        try (var txn = env.txnWrite()) {
            for (Record record : batch) {
                key.clear().put(record.key()).flip();
                if (record.value() == null) {
                    table.delete(txn, key);
                } else {
                    value.clear().put(record.value()).flip();
                    table.put(txn, key, value);
                }
            }
            txn.commit();
        }
    }

    @Override
    void readAll(Consumer<byte[]> into) {
        try (var txn = env.txnRead();
                var all = table.iterate(txn)) {
            for (var one : all) {
                byte[] bytes = new byte[one.val().remaining()];
                one.val().get(bytes);
                into.accept(bytes);
            }
        }
    }

    @Override
    public void close() {
        env.close();
    }
}
