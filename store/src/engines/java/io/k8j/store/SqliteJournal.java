package io.k8j.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

/** Every batch is durable (WAL mode, synchronous=FULL). */
final class SqliteJournal extends KeyedJournal {
    private final Connection connection;
    private final PreparedStatement put;
    private final PreparedStatement delete;

    SqliteJournal(Path path) {
        try {
            path.toFile().mkdirs();
            connection = DriverManager.getConnection("jdbc:sqlite:" + path.resolve("state.db"));
            try (var setup = connection.createStatement()) {
                setup.execute("pragma journal_mode=wal");
                setup.execute("pragma synchronous=full");
                setup.execute("create table if not exists kv (k blob primary key, v blob) without rowid");
            }
            connection.setAutoCommit(false);
            put = connection.prepareStatement("insert or replace into kv values (?, ?)");
            delete = connection.prepareStatement("delete from kv where k = ?");
        } catch (SQLException e) {
            throw new StoreException("open", e);
        }
    }

    @Override
    void write(List<Record> batch, boolean durable) {
        try {
            for (Record record : batch) {
                PreparedStatement statement = record.value() == null ? delete : put;
                statement.setBytes(1, record.key());
                if (record.value() != null) {
                    statement.setBytes(2, record.value());
                }
                statement.execute();
            }
            connection.commit();
        } catch (SQLException e) {
            throw new StoreException("write", e);
        }
    }

    @Override
    void readAll(Consumer<byte[]> into) {
        try (var query = connection.createStatement();
                var rows = query.executeQuery("select v from kv order by k")) {
            while (rows.next()) {
                into.accept(rows.getBytes(1));
            }
            connection.commit();
        } catch (SQLException e) {
            throw new StoreException("read", e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreException("close", e);
        }
    }
}
