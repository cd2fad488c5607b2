/** Metrics of Apache ZooKeeper 3.8 that have no meaning in a replica of ours, by what they measure there. */

export const ABSENT_METRICS: readonly (readonly [names: RegExp, why: string])[] = [
  [
    /commit_proc|commitproc|session_queue|read_final|write_final|write_batch|requests_not_forwarded|request_commit_queued|reads_(after|issued)/,
    'queues between the threads of its commit processor: here a request goes through in one turn of one thread',
  ],
  [
    /^(prep_processor|prep_process|close_session_prep|proposal_process|sync_process|request_throttle_queue|learner_request_processor|skip_learner)/,
    'queues in front of its other request processors, and times in them',
  ],
  [/^\d+_learner_handler_qp/, 'queues in front of its quorum sockets: here links between threads, threadkeeper_link_…'],
  [/(read|write)_per_namespace$/, 'bytes by the first name of a path: not counted'],
  [/^node_(changed|children|created|deleted)_watch_count$/, 'watches fired by each change: not counted'],
  [/^(dead_watchers|add_dead_watcher|watch_bytes)/, 'its lazily cleaned watch table'],
  [/^response_packet_/, 'its cache of serialised replies: here they are written from the tree'],
  [/^(jvm_pause|netty_)/, 'Java and Netty; here threadkeeper_event_loop_delay_seconds'],
  [
    /^(ensemble_auth|insecure_admin|tls_handshake_exceeded|unsuccessful_handshake)/,
    'kinds of refusals that are not told apart',
  ],
  [
    /^(proposal_latency|proposal_ack_creation|quorum_ack|commit_propagation|propagation_latency|om_|commit_process|local_write|server_write)/,
    'steps of a proposal by themselves: updatelatency has the whole',
  ],
  [
    /^(stale_replies|stale_requests|outstanding_changes|cnxn_closed_without|unrecoverable_error|quit_leading|revalidate_count|socket_closing|connection_token_deficit)/,
    'counts of its own bookkeeping',
  ],
  [
    /^(follower_sync|observer_sync|inflight_|leader_unavailable|startup_snap|startup_txns_load_time)/,
    'parts of unavailable_time and dbinittime',
  ],
];
