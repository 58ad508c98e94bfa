# What the tests find in a fresh Request Tracker: a queue, a catalog, their custom fields, and the hub's user with a token.
use strict;
use warnings;
use utf8;

our (@Users, @Queues, @Catalogs, @CustomFields, @ACL, @Final);

@Users = (
    { Name => 'hub', Password => $ENV{TICKETHUB_RT_PASSWORD}, EmailAddress => 'hub@example.com', Privileged => 1 },
    { Name => 'blind', Password => $ENV{TICKETHUB_RT_PASSWORD}, EmailAddress => 'blind@example.com', Privileged => 1 },
);
@Queues   = ({ Name => "Service 售后" }, { Name => 'Fields missing' });
@Catalogs = ({ Name => 'Customers', Lifecycle => 'assets' });
my ($ticket, $asset) = ('RT::Queue-RT::Ticket', 'RT::Catalog-RT::Asset');
@CustomFields = (
    { Name => 'Hub Id',         Type => 'FreeformSingle', LookupType => $ticket, ApplyTo => $Queues[0]{Name} },
    { Name => 'Hub Id',         Type => 'FreeformSingle', LookupType => "$ticket-RT::Transaction", ApplyTo => $Queues[0]{Name} },
    { Name => 'Service Report', Type => 'TextSingle',     LookupType => $ticket, ApplyTo => $Queues[0]{Name} },
    { Name => 'Hub Id',         Type => 'FreeformSingle', LookupType => $asset,  ApplyTo => 'Customers' },
    { Name => 'Serial',         Type => 'FreeformSingle', LookupType => $asset,  ApplyTo => 'Customers' },
    { Name => 'Warranty Ends',  Type => 'DateSingle',     LookupType => $asset,  ApplyTo => 'Customers' },
    { Name => 'Pressure',       Type => 'FreeformSingle', LookupType => $asset,  ApplyTo => 'Customers' },
);
@ACL = map { { UserId => 'hub', Right => $_ } } qw(
    SeeQueue ShowTicket CreateTicket ModifyTicket ShowTicketComments CommentOnTicket ReplyToTicket SeeCustomField ModifyCustomField SetInitialCustomField
    ShowCatalog ShowAsset CreateAsset ModifyAsset
);
@Final = (
    sub {
        my $user = RT::User->new(RT->SystemUser);
        $user->Load('hub');
        $user->SetTimezone('UTC');
        my ($ok, $message, $token) = RT::AuthToken->new(RT->SystemUser)->Create(Owner => $user->Id, Description => 'hub');
        die $message unless $ok;
        open my $file, '>', $ENV{TICKETHUB_RT_TOKEN} or die $!;
        print {$file} $token;
        close $file;
    },
);

1;
