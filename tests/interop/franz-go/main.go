// One client whose journal tests/history/checker.py judges, on franz-go.
//
//	history produce NAME ADDRESS JOURNAL idempotent|plain
//	history consume NAME ADDRESS JOURNAL
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	topic      = "history"
	group      = "history-group"
	partitions = 6
	pause      = 10 * time.Millisecond
	buffered   = 2000
)

type fields map[string]any

type journal struct {
	client string
	file   *os.File
	mutex  sync.Mutex
}

// monotonic is the clock that all clients share.
func monotonic() float64 {
	var now syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, 1, uintptr(unsafe.Pointer(&now)), 0)
	return float64(now.Sec) + float64(now.Nsec)/1e9
}

func (j *journal) write(op string, more fields) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	line := fields{"op": op, "client": j.client, "at": monotonic()}
	for name, value := range more {
		line[name] = value
	}
	text, err := json.Marshal(line)
	if err == nil {
		_, err = j.file.Write(append(text, '\n'))
	}
	if err != nil {
		log.Fatal(err)
	}
}

func common(address string) []kgo.Opt {
	return []kgo.Opt{
		kgo.SeedBrokers(address),
		kgo.RetryBackoffFn(func(int) time.Duration { return 100 * time.Millisecond }),
		kgo.RequestTimeoutOverhead(3 * time.Second),
	}
}

func produce(ctx context.Context, j *journal, address, kind string) error {
	options := append(common(address), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerBatchCompression(kgo.GzipCompression()), // all others read it
		kgo.ProducerLinger(5*time.Millisecond), kgo.RequiredAcks(kgo.AllISRAcks()))
	if kind != "idempotent" {
		options = append(options, kgo.DisableIdempotentWrite())
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return err
	}
	defer client.Close()
	j.write("producer", fields{"idempotent": kind == "idempotent"})
	for number := 0; ctx.Err() == nil; number++ {
		for client.BufferedProduceRecords() > buffered && ctx.Err() == nil {
			time.Sleep(pause)
		}
		value, partition := fmt.Sprintf("%s/%d", j.client, number), number/3%partitions
		j.write("produce", fields{"state": "sent", "topic": topic, "value": value, "partition": partition})
		record := &kgo.Record{Topic: topic, Partition: int32(partition), Value: []byte(value)}
		client.Produce(context.Background(), record, func(r *kgo.Record, err error) {
			if err != nil {
				j.write("produce", fields{"state": "unknown", "topic": topic, "value": string(r.Value)})
				return
			}
			j.write("produce", fields{"state": "acked", "topic": topic, "value": string(r.Value),
				"partition": r.Partition, "offset": r.Offset})
		})
		time.Sleep(pause)
	}
	last, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return client.Flush(last)
}

func (j *journal) told(op string) func(context.Context, *kgo.Client, map[string][]int32) {
	return func(_ context.Context, client *kgo.Client, places map[string][]int32) {
		all := [][]any{}
		for name, list := range places {
			for _, partition := range list {
				all = append(all, []any{name, partition})
			}
		}
		_, generation := client.GroupMetadata()
		j.write(op, fields{"group": group, "generation": generation, "partitions": all})
	}
}

func commit(j *journal, client *kgo.Client, last []*kgo.Record) {
	note := func(state string) {
		for _, r := range last {
			j.write("commit", fields{"state": state, "group": group, "topic": topic, "partition": r.Partition,
				"offset": r.Offset + 1})
		}
	}
	note("sent")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := client.CommitRecords(ctx, last...); err != nil {
		note("unknown")
		return
	}
	note("acked")
}

func consume(ctx context.Context, j *journal, address string) error {
	options := append(common(address), kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit(), kgo.BlockRebalanceOnPoll(),
		kgo.Balancers(kgo.RangeBalancer()), kgo.SessionTimeout(6*time.Second), kgo.HeartbeatInterval(time.Second),
		kgo.RebalanceTimeout(20*time.Second), kgo.FetchMaxWait(100*time.Millisecond),
		kgo.OnPartitionsAssigned(j.told("assigned")), kgo.OnPartitionsRevoked(j.told("revoked")),
		kgo.OnPartitionsLost(j.told("revoked")))
	client, err := kgo.NewClient(options...)
	if err != nil {
		return err
	}
	j.write("consumer", fields{"group": group})
	for ctx.Err() == nil {
		fetches := client.PollRecords(ctx, 500)
		var last []*kgo.Record
		fetches.EachPartition(func(part kgo.FetchTopicPartition) {
			if len(part.Records) == 0 {
				return
			}
			records := [][]any{}
			for _, r := range part.Records {
				records = append(records, []any{r.Offset, string(r.Value)})
			}
			j.write("fetch", fields{"topic": part.Topic, "partition": part.Partition, "records": records})
			last = append(last, part.Records[len(part.Records)-1])
		})
		if len(last) > 0 {
			commit(j, client, last)
		}
		client.AllowRebalance()
	}
	client.CloseAllowingRebalance()
	return nil
}

func main() {
	role, name, address, path := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	j := &journal{client: name, file: file}
	if role == "produce" {
		err = produce(ctx, j, address, os.Args[5])
	} else {
		err = consume(ctx, j, address)
	}
	if err != nil {
		log.Fatal(err)
	}
}
