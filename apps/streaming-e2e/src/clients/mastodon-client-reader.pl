# Reads streams with Mastodon::Client and prints each event as a line of JSON: {"stream", "event", "payload"}.
# Arguments: the server's URL, the token, and the streams as a JSON array of {"title", "path"}.
use strict;
use warnings;
use JSON::MaybeXS qw( decode_json encode_json );
use Mastodon::Client;

$| = 1;
my ($server, $token, $streams) = @ARGV;

# A listener occupies its process.
for my $stream (@{ decode_json($streams) }) {
  next if fork;
  my $client = Mastodon::Client->new(instance => $server, access_token => $token);
  my $listener = $client->stream($stream->{path});
  my $print = sub {
    my ($event, $payload) = @_;
    my %line = (stream => $stream->{title}, event => $event);
    if (defined $payload) {
      my $about = ref $payload eq 'HASH' ? $payload->{id} : $payload;
      $about =~ s/\s+$// if defined $about;
      $line{payload} = "$about" if defined $about;
    }
    # One system call a line: other processes write to the same pipe.
    syswrite STDOUT, encode_json(\%line) . "\n";
  };
  for my $event (qw( update notification delete conversation announcement filters_changed )) {
    $listener->on($event => sub { $print->($event, $_[1]) });
  }
  # The library has no parser for a payload that is a bare number; it reports an error and goes on.
  $listener->on(error => sub { $print->('unreadable') });
  $listener->start;
  exit;
}
1 while wait > 0;
